import AsCLBase

/// One directory of a TIFF file, as far as it tells a camera's RAW file from a picture and leads to what lies in it. Lives no
/// longer than the bytes do.
struct TIFFDirectory {
    private let bytes: UnsafeRawBufferPointer
    private let isBig: Bool
    private let start: Int
    private let count: Int

    /// - Parameter offset: Where it begins; nil for the file's first.
    /// - Returns: Nil where the bytes end before the directory does.
    init?(_ bytes: UnsafeRawBufferPointer, at offset: Int? = nil) {
        let isBig = bytes.first == UInt8(ascii: "M")
        guard let start = offset ?? Self.number(UInt32.self, bytes, at: 4, isBig),
            let count = Self.number(UInt16.self, bytes, at: start, isBig), start + 2 + 12 * count <= bytes.count
        else { return nil }
        (self.bytes, self.isBig, self.start, self.count) = (bytes, isBig, start, count)
    }

    /// The whole numbers of a tag; none where it is missing, of another type, or beyond the bytes.
    func numbers(_ tag: Int) -> [Int] {
        for entry in 0..<count {
            let place = start + 2 + 12 * entry
            guard Self.number(UInt16.self, bytes, at: place, isBig) == tag else { continue }
            let type = Self.number(UInt16.self, bytes, at: place + 2, isBig)
            guard let length = Self.number(UInt32.self, bytes, at: place + 4, isBig), length <= 1024,
                let width = [3: 2, 4: 4, 13: 4][type ?? 0],
                let values = length * width <= 4
                    ? place + 8 : Self.number(UInt32.self, bytes, at: place + 8, isBig)
            else { return [] }
            return (0..<length).compactMap {
                width == 2
                    ? Self.number(UInt16.self, bytes, at: values + 2 * $0, isBig)
                    : Self.number(UInt32.self, bytes, at: values + 4 * $0, isBig)
            }
        }
        return []
    }

    /// Where the directory that follows begins; nil behind the last.
    var next: Int? {
        Self.number(UInt32.self, bytes, at: start + 2 + 12 * count, isBig).flatMap { $0 == 0 ? nil : $0 }
    }

    /// Whether its picture is what a sensor's cells saw, by PhotometricInterpretation: a colour filter array, or DNG's
    /// linear one.
    var isOfSensor: Bool { numbers(262).contains { [32803, 34892].contains($0) } }

    /// Whether this, as the first, is a camera's: its picture is a small copy of another (NewSubfileType), or a sensor's, or
    /// there is a DNGVersion. Whoever took it for the photo would see a thumbnail.
    var isRaw: Bool {
        isOfSensor || numbers(254).contains { $0 & 1 == 1 } || has(50706)
    }

    private func has(_ tag: Int) -> Bool {
        (0..<count).contains { Self.number(UInt16.self, bytes, at: start + 2 + 12 * $0, isBig) == tag }
    }

    private static func number<Number: FixedWidthInteger>(
        _ type: Number.Type, _ bytes: UnsafeRawBufferPointer, at offset: Int, _ isBig: Bool
    ) -> Int? {
        var reader = ByteReader(bytes, at: offset)
        guard let value = reader.number(type) else { return nil }
        return Int(truncatingIfNeeded: isBig ? value.byteSwapped : value)
    }
}
