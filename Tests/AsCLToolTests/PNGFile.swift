import Foundation

/// PNG files byte by byte, for pictures that no drawing program would write.
enum PNGFile {
    /// A picture of one colour.
    static func plain(width: Int, height: Int, red: UInt8, green: UInt8, blue: UInt8) -> Data {
        // No filter, then the pixels.
        let row = [0] + [[UInt8]](repeating: [red, green, blue], count: width).joined()
        return data(width: width, height: height, pixels: Array([[UInt8]](repeating: row, count: height).joined()))
    }

    /// A file whose header promises `width` x `height` pixels, whatever follows.
    static func data(width: Int, height: Int, pixels: [UInt8]) -> Data {
        let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 2, 0, 0, 0]  // 8 bits, RGB
        return Data(
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header) + chunk("IDAT", stored(pixels))
                + chunk("IEND", []))
    }

    /// A zlib stream of one block that is not compressed.
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        precondition(bytes.count < 65536, "one block")
        let length = UInt16(bytes.count)
        let (low, high) = (UInt8(length & 255), UInt8(length >> 8))
        let (first, second) = bytes.reduce((UInt32(1), UInt32(0))) { sums, byte in
            let sum = (sums.0 + UInt32(byte)) % 65521
            return (sum, (sums.1 + sum) % 65521)
        }
        return [0x78, 0x01, 0x01, low, high, ~low, ~high] + bytes + bigEndian(second << 16 | first)
    }

    private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
        let checked = Array(type.utf8) + content
        let checksum = checked.reduce(~UInt32(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { rest, _ in rest >> 1 ^ (rest & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return bigEndian(UInt32(content.count)) + checked + bigEndian(~checksum)
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}
