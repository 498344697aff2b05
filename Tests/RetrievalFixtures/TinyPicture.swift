package import Foundation
import ImageEncoding

/// Small pictures, no two alike.
package enum TinyPicture {
    /// An uncompressed bitmap of a pattern, 8 pixels high.
    /// - Parameter width: A multiple of 4.
    package static func bitmap(_ number: Int, width: Int = 8) -> Data {
        bitmap(width: width) { UInt8(truncatingIfNeeded: ($0 * 31 + $1 * 17 + $2 * 7) * (number * 2 + 1) + number) }
    }

    /// An uncompressed bitmap, whose rows go from the lowest up and whose channels are blue, green and red.
    /// - Parameter width: A multiple of 4.
    package static func bitmap(
        width: Int = 8, height: Int = 8, _ value: (_ column: Int, _ row: Int, _ channel: Int) -> UInt8
    ) -> Data {
        var data = Data("BM".utf8)
        let count = 3 * height * width
        for (number, bytes) in [
            (54 + count, 4), (0, 4), (54, 4), (40, 4), (width, 4), (height, 4), (1, 2), (24, 2), (0, 4), (count, 4),
            (2835, 4),
            (2835, 4), (0, 4), (0, 4),
        ] {
            for byte in 0..<bytes { data.append(UInt8(number >> (8 * byte) & 255)) }
        }
        for row in 0..<height {
            for column in 0..<width { for channel in 0..<3 { data.append(value(column, row, channel)) } }
        }
        return data
    }

    /// A JPEG of a pattern whose EXIF says when and by what it was taken.
    /// - Parameters:
    ///   - taken: `2019:07:01 12:34:56`.
    ///   - folder: A place for a file on the way.
    package static func jpeg(_ number: Int, taken: String, camera: String, in folder: ScratchFolder) throws -> Data {
        let path = folder.path + "/\(UUID().uuidString).bmp"
        try bitmap(number).write(to: URL(fileURLWithPath: path))
        var picture = try PictureThumbnail.jpeg(of: path, longSide: 8)
        try FileManager.default.removeItem(atPath: path)
        func bytes(_ number: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(number >> (8 * $0) & 255) } }
        func entry(_ tag: Int, _ kind: Int, _ count: Int, _ value: Int) -> [UInt8] {
            bytes(tag, 2) + bytes(kind, 2) + bytes(count, 4) + bytes(value, 4)
        }
        let (model, time) = (Array(camera.utf8) + [0], Array(taken.utf8) + [0])
        let (text, number, first) = (2, 4, 38)
        let second = first + model.count + model.count % 2
        var tiff = Array("II".utf8) + bytes(42, 2) + bytes(8, 4)
        tiff += bytes(2, 2) + entry(0x0110, text, model.count, first) + entry(0x8769, number, 1, second) + bytes(0, 4)
        tiff += model + (model.count % 2 == 0 ? [] : [0])
        tiff += bytes(1, 2) + entry(0x9003, text, time.count, second + 18) + bytes(0, 4) + time
        let segment = Array("Exif".utf8) + [0, 0] + tiff
        let length = segment.count + 2
        picture.insert(contentsOf: [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + segment, at: 2)
        return picture
    }
}
