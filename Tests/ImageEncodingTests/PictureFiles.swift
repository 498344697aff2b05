import Foundation
import RetrievalFixtures
import Testing

@testable import ImageEncoding

/// Pictures that tests make.
enum PictureFiles {
    /// Waves of several lengths with edges, as pixels.
    static func waves(width: Int, height: Int) -> Picture {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * 3)
        for y in 0..<height {
            for x in 0..<width {
                let edge = (x / 90 + y / 70) % 2 == 0 ? 40.0 : 0
                let wave = 60 * sin(Double(x) / 13) * cos(Double(y) / 17) + 10 * sin(Double(x + y))
                for channel in 0..<3 {
                    pixels.append(UInt8(min(255, max(0, 100 + edge + wave + Double(channel) * 15))))
                }
            }
        }
        return Picture(width: width, height: height, pixels: pixels)
    }

    static func jpeg(width: Int, height: Int) throws -> Data {
        try #require(waves(width: width, height: height).jpeg(quality: 92))
    }
}

/// A folder for picture files that goes away with the object.
final class ScratchPictures {
    private let folder: ScratchFolder
    var path: String { folder.path }

    init() throws { folder = try ScratchFolder() }

    /// Writes a file and returns its path.
    func write(_ name: String, _ data: Data) throws -> String {
        let path = "\(folder.path)/\(name)"
        try data.write(to: URL(fileURLWithPath: path))
        return path
    }
}
