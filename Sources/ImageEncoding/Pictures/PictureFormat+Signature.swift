extension PictureFormat {
    /// As many bytes as it takes to tell a picture from what is none; RAW from TIFF may take the whole file.
    static let signatureLength = 4096

    /// The format of a file that starts with these bytes, if it is a picture.
    init?(_ bytes: UnsafeRawBufferPointer) {
        let found = Self.signatures.first { _, parts in
            parts.allSatisfy { offset, signature in
                bytes.count >= offset + signature.count
                    && bytes[offset..<offset + signature.count].elementsEqual(signature)
            }
        }
        switch found?.format {
        case .tiff?: self = TIFFDirectory(bytes)?.isRaw == true ? .raw : .tiff
        case let format?: self = format
        case nil:
            if Self.isBMP(bytes) {
                self = .bmp
            } else if Self.isPNM(bytes) {
                self = .pnm
            } else if Self.isIcon(bytes) {
                self = .icon
            } else if Self.isSVG(bytes) {
                self = .svg
            } else {
                return nil
            }
        }
    }

    /// What stands where in a file of each format; the first that fits is right.
    private static let signatures: [(format: PictureFormat, parts: [(Int, [UInt8])])] = {
        func text(_ text: String) -> [UInt8] { Array(text.utf8) }
        let boxEnd: [UInt8] = [0x0D, 0x0A, 0x87, 0x0A]
        let heif = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis"]
        return [
            (.jpeg, [(0, [0xFF, 0xD8, 0xFF])]),
            (.png, [(0, [0x89] + text("PNG\r\n\u{1A}\n"))]),
            (.webp, [(0, text("RIFF")), (8, text("WEBP"))]),
            (.gif, [(0, text("GIF87a"))]), (.gif, [(0, text("GIF89a"))]),
            // Canon's; then others that are TIFF but for the number behind the byte order, and those that are not.
            (.raw, [(0, text("II*\0")), (8, text("CR"))]),
            (.raw, [(0, text("IIRO"))]), (.raw, [(0, text("IIRS"))]), (.raw, [(0, text("MMOR"))]),
            (.raw, [(0, text("IIU\0"))]), (.raw, [(0, text("II")), (6, text("HEAPCCDR"))]),
            (.raw, [(0, text("FUJIFILMCCD-RAW"))]), (.raw, [(0, text("FOVb"))]), (.raw, [(0, text("\0MRM"))]),
            (.raw, [(4, text("ftypcrx "))]),
            (.tiff, [(0, text("II*\0"))]), (.tiff, [(0, text("MM\0*"))]),
            (.tiff, [(0, text("II+\0"))]), (.tiff, [(0, text("MM\0+"))]),
            (.jpegXL, [(0, [0xFF, 0x0A])]), (.jpegXL, [(0, [0, 0, 0, 0x0C]), (4, text("JXL ") + boxEnd)]),
            (.jpeg2000, [(0, [0, 0, 0, 0x0C]), (4, text("jP  ") + boxEnd)]),
            (.jpeg2000, [(0, [0xFF, 0x4F, 0xFF, 0x51])]),
            (.jpegXR, [(0, [0x49, 0x49, 0xBC])]),
            (.photoshop, [(0, text("8BPS"))]), (.gimp, [(0, text("gimp xcf"))]),
            (.openEXR, [(0, [0x76, 0x2F, 0x31, 0x01])]), (.radiance, [(0, text("#?RADIANCE\n"))]),
            (.qoi, [(0, text("qoif"))]), (.directDraw, [(0, text("DDS "))]), (.djvu, [(0, text("AT&TFORM"))]),
            (.dicom, [(128, text("DICM"))]), (.fits, [(0, text("SIMPLE  ="))]), (.metafile, [(40, text(" EMF"))]),
        ] + heif.map { (.heif, [(4, text("ftyp" + $0))]) }
    }()

    /// Two letters alone would take many a text for a picture.
    private static func isBMP(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 18 && bytes.starts(with: Array("BM".utf8))
            && [12, 16, 40, 52, 56, 64, 108, 124].contains(bytes[14]) && bytes[15..<18].allSatisfy { $0 == 0 }
    }

    /// Binary grey or colour: `P5` or `P6`, white space, a number or a comment.
    private static func isPNM(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count > 8, bytes[0] == UInt8(ascii: "P"), [0x35, 0x36].contains(bytes[1]), bytes[2] == 0x0A else {
            return false
        }
        return bytes[3] == UInt8(ascii: "#") || (0x30...0x39).contains(bytes[3])
    }

    /// The first of the file's pictures begins right behind their table.
    private static func isIcon(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= 22, bytes.starts(with: [0, 0, 1, 0]), bytes[4] > 0, bytes[5] == 0 else { return false }
        let offset = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 18, as: UInt32.self))
        return offset == 6 + 16 * UInt32(bytes[4])
    }

    /// XML whose first element is a drawing.
    private static func isSVG(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let first = bytes.prefix(64).first(where: { !($0 <= 0x20 || [0xEF, 0xBB, 0xBF].contains($0)) }),
            first == UInt8(ascii: "<")
        else { return false }
        var rest = String(decoding: bytes.prefix(signatureLength), as: UTF8.self)[...]
        while let open = rest.firstIndex(of: "<") {
            rest = rest[open...]
            if rest.hasPrefix("<!--") {
                guard let end = rest.firstRange(of: "-->") else { return false }
                rest = rest[end.upperBound...]
            } else if rest.hasPrefix("<?") || rest.hasPrefix("<!") {
                guard let end = rest.firstIndex(of: ">") else { return false }
                rest = rest[end...]
            } else {
                return rest.hasPrefix("<svg") || rest.hasPrefix("<svg:svg")
            }
        }
        return false
    }
}
