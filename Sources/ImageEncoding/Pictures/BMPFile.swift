import AsCLBase

/// A BMP file's header with its pixels behind it; lives no longer than the bytes do.
///
/// libvips reads BMP through ImageMagick alone, which guesses the format anew among two hundred parsers; no stranger's
/// file is to meet those. Read here: 1, 4, 8, 16, 24 and 32 bits a pixel, uncompressed, upside down or not. A fourth
/// channel is left out, as programs disagree on whether it is opacity.
struct BMPFile {
    /// Columns and rows.
    let size: PictureSize
    private let bytes: UnsafeRawBufferPointer
    private let isTopDown: Bool
    private let bits: Int
    private let start: Int
    /// Bytes from one row to the next.
    private let stride: Int
    /// Red, green and blue of each number a pixel may have; empty where pixels hold them themselves.
    private var palette: [[UInt8]] = []
    /// Where in a pixel's number red, green and blue stand.
    private var masks: [UInt32]

    init(_ bytes: UnsafeRawBufferPointer, name: String, limits: PictureLimits) throws(InputError) {
        func failed(_ place: String, _ expected: String, _ found: String) -> InputError {
            InputError(path: name, place: place, expected: expected, found: found)
        }
        func number<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) throws(InputError) -> Int {
            var reader = ByteReader(bytes, at: offset)
            guard let value = reader.number(type) else {
                throw failed("header", "a readable BMP picture", "\(bytes.count) bytes")
            }
            return Int(value)
        }
        let headerSize = try number(UInt32.self, at: 14)
        guard headerSize >= 40 else { throw failed("header", "at least 40 bytes of BMP header", "\(headerSize)") }
        let (width, rows) = (try number(Int32.self, at: 18), try number(Int32.self, at: 22))
        let height = abs(rows)
        guard width > 0, height > 0 else { throw failed("header", "a picture with pixels", "\(width) x \(rows)") }
        guard width.multipliedReportingOverflow(by: height).partialValue <= limits.pixels else {
            throw failed("header", "at most \(limits.pixels) pixels", "\(width) x \(height)")
        }
        let bits = try number(UInt16.self, at: 28)
        let compression = try number(UInt32.self, at: 30)
        guard [1, 4, 8, 16, 24, 32].contains(bits), compression == 0 || [3, 6].contains(compression) && bits >= 16
        else {
            throw failed("header", "an uncompressed BMP picture", "\(bits) bits a pixel by method \(compression)")
        }
        (self.bytes, self.bits, isTopDown) = (bytes, bits, rows < 0)
        size = PictureSize(width: width, height: height)
        start = try number(UInt32.self, at: 10)
        stride = (width * bits + 31) / 32 * 4
        masks = bits == 16 ? [0x7C00, 0x03E0, 0x001F] : [0xFF0000, 0x00FF00, 0x0000FF]
        if compression != 0 {
            masks = []
            for channel in 0..<3 { masks.append(UInt32(try number(UInt32.self, at: 54 + 4 * channel))) }
            guard !masks.contains(0) else { throw failed("header", "a place for each colour", "none") }
        }
        if bits <= 8 {
            let stated = try number(UInt32.self, at: 46)
            for entry in 0..<min(stated == 0 ? 1 << bits : stated, 1 << bits) {
                let place = 14 + headerSize + 4 * entry
                palette.append(
                    try [2, 1, 0].map { (channel) throws(InputError) in
                        UInt8(try number(UInt8.self, at: place + channel))
                    })
            }
        }
        guard start <= bytes.count, stride * height <= bytes.count - start else {
            throw failed("pixels", "a whole BMP picture", "\(bytes.count) of \(start + stride * height) bytes")
        }
    }

    /// The pixels, upright.
    func picture(name: String) throws(InputError) -> Picture {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * size.width * size.height)
        for row in 0..<size.height {
            let line = start + stride * (isTopDown ? row : size.height - 1 - row)
            for column in 0..<size.width {
                let value = number(line, column)
                if bits > 8 {
                    for mask in masks { pixels.append(Self.channel(value, mask)) }
                } else if Int(value) < palette.count {
                    pixels += palette[Int(value)]
                } else {
                    throw InputError(
                        path: name, place: "pixels", expected: "one of \(palette.count) colours",
                        found: "number \(value)")
                }
            }
        }
        return Picture(width: size.width, height: size.height, pixels: pixels)
    }

    /// A pixel as it is stored.
    private func number(_ line: Int, _ column: Int) -> UInt32 {
        switch bits {
        case 1, 4, 8:
            let bit = column * bits
            return UInt32(bytes[line + bit / 8]) >> UInt32(8 - bits - bit % 8) & (1 << UInt32(bits) - 1)
        case 16:
            return UInt32(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: line + 2 * column, as: UInt16.self)))
        case 24:
            let place = line + 3 * column
            return UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]) << 16
        default: return UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: line + 4 * column, as: UInt32.self))
        }
    }

    /// What stands under the mask, brought to 8 bits.
    private static func channel(_ value: UInt32, _ mask: UInt32) -> UInt8 {
        let shift = UInt32(mask.trailingZeroBitCount)
        let largest = UInt64(mask >> shift)
        return UInt8(truncatingIfNeeded: (UInt64((value & mask) >> shift) * 255 + largest / 2) / largest)
    }
}
