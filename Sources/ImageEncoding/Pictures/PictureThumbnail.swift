package import AsCLBase
import CVips
package import Foundation
import Torch

/// Small copies of pictures, for contact sheets.
package enum PictureThumbnail {
    /// A JPEG of a picture file, upright and in sRGB, without metadata; never larger than the picture itself.
    /// - Parameters:
    ///   - longSide: The longer side's length in pixels.
    ///   - quality: JPEG quality, 1 to 100.
    package static func jpeg(of path: String, longSide: Int, quality: Int = 80) throws(InputError) -> Data {
        func failed(_ expected: String, _ found: String) -> InputError {
            InputError(path: path, place: "thumbnail", expected: expected, found: found)
        }
        guard longSide > 0, (1...100).contains(quality) else {
            throw failed("a long side from 1 on and a quality of 1 to 100", "\(longSide) and \(quality)")
        }
        let picture = try PictureDecoder().decode(path: path) { width, height in
            fitted(width, height, longSide)
        }
        let size = fitted(picture.width, picture.height, longSide)
        let pixels: [UInt8]
        do throws(TorchError) {
            pixels = try picture.resized(to: size).array()
        } catch {
            throw failed("\(size.width) x \(size.height) pixels", error.description)
        }
        let small = Picture(width: size.width, height: size.height, pixels: pixels)
        do {
            return try Vips.attempt { _ in small.jpeg(quality: quality) }
        } catch {
            throw failed("a JPEG", error.reason)
        }
    }

    private static func fitted(_ width: Int, _ height: Int, _ longSide: Int) -> PictureSize {
        let factor = min(1, Double(longSide) / Double(max(width, height)))
        func side(_ length: Int) -> Int { max(1, Int((Double(length) * factor).rounded())) }
        return PictureSize(width: side(width), height: side(height))
    }
}

extension Picture {
    /// A JPEG of it, unless libvips fails.
    func jpeg(quality: Int) -> Data? {
        var count = 0
        guard Vips.isReady, let bytes = cv_save_jpeg(pixels, Int32(width), Int32(height), Int32(quality), &count) else {
            return nil
        }
        defer { g_free(bytes) }
        return Data(bytes: bytes, count: count)
    }
}
