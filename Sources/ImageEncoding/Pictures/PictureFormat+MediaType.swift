extension PictureDecoder {
    /// Bytes that `mediaType` wants to see.
    package static let signatureLength = PictureFormat.signatureLength

    /// The media type of a picture that begins like this, for whoever hands the file on as it is; nil for what is none, and
    /// for formats that are not read.
    package static func mediaType(_ start: UnsafeRawBufferPointer) -> String? {
        switch PictureFormat(start) {
        case .jpeg: "image/jpeg"
        case .png: "image/png"
        case .webp: "image/webp"
        case .gif: "image/gif"
        case .tiff: "image/tiff"
        case .bmp: "image/bmp"
        case .jpegXL: "image/jxl"
        case .raw: "image/x-dcraw"
        case .heif: start[8..<12].starts(with: Array("avi".utf8)) ? "image/avif" : "image/heic"
        default: nil
        }
    }
}
