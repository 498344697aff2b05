package import Foundation

/// Small pictures, no two alike.
package enum TinyPicture {
    /// An uncompressed bitmap of a pattern, 8 pixels high.
    /// - Parameter width: A multiple of 4.
    package static func bitmap(_ number: Int, width: Int = 8) -> Data {
        bitmap(width: width) { UInt8(truncatingIfNeeded: ($0 * 31 + $1 * 17 + $2 * 7) * (number * 2 + 1) + number) }
    }

    /// An uncompressed bitmap, 8 pixels high.
    /// - Parameter width: A multiple of 4.
    package static func bitmap(width: Int = 8, _ value: (_ column: Int, _ row: Int, _ channel: Int) -> UInt8) -> Data {
        var data = Data("BM".utf8)
        let count = 3 * 8 * width
        for (number, bytes) in [
            (54 + count, 4), (0, 4), (54, 4), (40, 4), (width, 4), (8, 4), (1, 2), (24, 2), (0, 4), (count, 4),
            (2835, 4),
            (2835, 4), (0, 4), (0, 4),
        ] {
            for byte in 0..<bytes { data.append(UInt8(number >> (8 * byte) & 255)) }
        }
        for row in 0..<8 {
            for column in 0..<width { for channel in 0..<3 { data.append(value(column, row, channel)) } }
        }
        return data
    }
}
