package import AsCLBase
import CVips
package import Foundation

/// Decodes picture files: JPEG, PNG, WebP, GIF, TIFF and BMP, HEIC, AVIF and JPEG XL where libvips has them, and of cameras'
/// RAW files the preview (`RAWPreview`), where it is as large as what is asked for.
///
/// A picture comes upright (its EXIF orientation applied), in sRGB (by its embedded colour profile; without one, or with
/// one of other colours than the pixels', it counts as sRGB), with grey, palette, CMYK and 16 bits converted. Transparent pixels are laid onto white, where a
/// logo or a drawing is legible; Pillow's `convert("RGB")` would show whatever colour lies hidden in them, most often
/// black. Of several frames or pages the first is taken.
///
/// What a file is, its bytes say, not its name. Files come from anywhere: `limits` bound what one may cost, none but
/// the named formats' loaders are ever called, and a damaged or truncated file is an error, not a half-grey picture.
/// Several threads may decode at once; none is started.
package struct PictureDecoder: Sendable {
    /// What a picture may cost.
    package let limits: PictureLimits

    /// How many times larger than the size asked for a picture has to stay when it is shrunk while it is decoded.
    ///
    /// A decoder shrinks with another filter than the antialiased one that makes the final size. On photos enlarged to
    /// 2048x1536, with and without added noise, and on mosaics of photos at full sharpness, the final picture then
    /// differs from one made without shrinking by at most (mean and 99.9th percentile, of 255): 2.9 and 29 at 1 times,
    /// 1.1 and 10 at 2 times, 0.6 and 4 at 3 times, 0.35 and 2 at 4 times.
    package static let shrinkingMargin = 4

    /// A decoder with limits.
    package init(limits: PictureLimits = PictureLimits()) { self.limits = limits }

    /// Whether a file begins like a picture of any format that is known, read or not; no where it cannot be opened.
    package static func recognises(_ path: String) -> Bool {
        PictureFile.start(path, count: PictureFormat.signatureLength).withUnsafeBytes { PictureFormat($0) != nil }
    }

    /// Decodes a picture file.
    /// - Parameter size: What the picture will be resized to; nil for full size. A JPEG is then decoded at a half, a
    ///   quarter or an eighth of its size, while that stays `shrinkingMargin` times as large as `size` both ways.
    package func decode(path: String, shrinkingTo size: PictureSize? = nil) throws(InputError) -> Picture {
        try decode(path: path) { _, _ in size }
    }

    /// Decodes a picture file whose final size depends on its own.
    /// - Parameter size: Is told the upright picture's width and height. See `PictureEncoder.smallestUsefulSize`.
    package func decode(
        path: String, shrinkingTo size: (_ width: Int, _ height: Int) -> PictureSize?
    ) throws(InputError) -> Picture {
        try decode(PictureFile.read(path, limit: limits.bytes), name: path, shrinkingTo: size)
    }

    /// Decodes a picture file's bytes; `name` is what errors call it.
    package func decode(
        _ data: Data, name: String, shrinkingTo size: PictureSize? = nil
    ) throws(InputError) -> Picture {
        guard data.count <= limits.bytes else {
            throw InputError(
                path: name, place: "file", expected: "at most \(limits.bytes) bytes", found: "\(data.count)")
        }
        return try decode(data, name: name) { _, _ in size }
    }

    private func decode(
        _ file: some ContiguousBytes, name: String, shrinkingTo size: (Int, Int) -> PictureSize?
    ) throws(InputError) -> Picture {
        try file.withUnsafeBytes { bytes in
            Result { () throws(InputError) in
                if PictureFormat(bytes) == .bmp {
                    return try BMPFile(bytes, name: name, limits: limits).picture(name: name)
                }
                let source = try PictureSource(bytes, name: name, limits: limits)
                let wanted = size(source.upright.width, source.upright.height)
                try source.check(for: wanted)
                return try source.picture(shrink: source.shrink(to: wanted))
            }
        }.get()
    }
}
