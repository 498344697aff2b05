/// A file format that pictures are decoded from, told by a file's first bytes: its name may say anything.
enum PictureFormat: String {
    case jpeg = "JPEG"
    case png = "PNG"
    case webp = "WebP"
    case gif = "GIF"
    case tiff = "TIFF"
    case heif = "HEIC or AVIF"

    /// The format of a file that starts with these bytes, if it is one of ours.
    init?(_ bytes: UnsafeRawBufferPointer) {
        func has(_ signature: [UInt8], at offset: Int = 0) -> Bool {
            bytes.count >= offset + signature.count && bytes[offset..<offset + signature.count].elementsEqual(signature)
        }
        let heifBrands = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis"]
        if has([0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if has([0x89] + Array("PNG\r\n\u{1A}\n".utf8)) {
            self = .png
        } else if has(Array("RIFF".utf8)), has(Array("WEBP".utf8), at: 8) {
            self = .webp
        } else if has(Array("GIF87a".utf8)) || has(Array("GIF89a".utf8)) {
            self = .gif
        } else if [0x2A, 0x2B].contains(where: { has([0x49, 0x49, $0, 0]) || has([0x4D, 0x4D, 0, $0]) }) {
            self = .tiff
        } else if has(Array("ftyp".utf8), at: 4), heifBrands.contains(where: { has(Array($0.utf8), at: 8) }) {
            self = .heif
        } else {
            return nil
        }
    }

    /// The endings of the format's file names.
    var extensions: [String] {
        switch self {
        case .jpeg: ["jpg", "jpeg"]
        case .png: ["png"]
        case .webp: ["webp"]
        case .gif: ["gif"]
        case .tiff: ["tif", "tiff"]
        case .heif: ["heic", "heif", "avif"]
        }
    }

    /// libvips' name for the format's loader.
    var loader: String { (self == .heif ? "heif" : rawValue.lowercased()) + "load_buffer" }
}

extension PictureFormat: CaseIterable {
    /// Those that this machine's libvips can load.
    static let available = Vips.isReady ? allCases.filter { Vips.hasLoader($0.loader) } : []
}
