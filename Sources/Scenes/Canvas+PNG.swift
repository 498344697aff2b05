import AsCLBase
import CPNG
import Foundation

extension Canvas {
    /// The picture as a PNG file, compressed for speed. libpng's version may change the bytes, never the pixels.
    func pngData() throws(InputError) -> Data {
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        image.width = UInt32(Self.side)
        image.height = UInt32(Self.side)
        image.format = UInt32(PNG_FORMAT_FLAG_COLOR)
        image.flags = UInt32(PNG_IMAGE_FLAG_FAST)
        // Deflate may grow what it cannot shrink, by far less than the kilobyte and the 1 % allowed here.
        var data = Data(count: pixels.count + pixels.count / 100 + 1024)
        var count = png_alloc_size_t(data.count)
        let written = data.withUnsafeMutableBytes { buffer in
            png_image_write_to_memory(&image, buffer.baseAddress, &count, 0, pixels, 0, nil)
        }
        guard written != 0 else {
            let message = withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            throw InputError(place: "PNG encoder", expected: "pixels it can write", found: message)
        }
        return data.prefix(Int(count))
    }
}
