import AsCLBase

/// The first directory of a TIFF file, as far as it tells a camera's RAW file from a picture.
struct TIFFDirectory {
    /// Whether the first picture is a small copy of another, or what a sensor's cells saw: cameras write so, and whoever
    /// took it for the photo would see a thumbnail.
    let isRaw: Bool

    /// Nil where the bytes end before the directory does.
    init?(_ bytes: UnsafeRawBufferPointer) {
        let isBig = bytes.first == UInt8(ascii: "M")
        func number<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) -> Int? {
            var reader = ByteReader(bytes, at: offset)
            guard let value = reader.number(type) else { return nil }
            return Int(truncatingIfNeeded: isBig ? value.byteSwapped : value)
        }
        guard let start = number(UInt32.self, at: 4), let count = number(UInt16.self, at: start) else { return nil }
        var isRaw = false
        for entry in 0..<count {
            let place = start + 2 + 12 * entry
            guard let tag = number(UInt16.self, at: place), let type = number(UInt16.self, at: place + 2),
                let value = type == 3 ? number(UInt16.self, at: place + 8) : number(UInt32.self, at: place + 8)
            else { return nil }
            switch tag {
            // NewSubfileType: a reduced copy.
            case 254: isRaw = isRaw || value & 1 == 1
            // PhotometricInterpretation: a colour filter array, or DNG's linear one.
            case 262: isRaw = isRaw || [32803, 34892].contains(value)
            // DNGVersion.
            case 50706: isRaw = true
            default: break
            }
        }
        self.isRaw = isRaw
    }
}
