/// How much one picture may cost: picture files come from anywhere.
package struct PictureLimits: Sendable, Equatable {
    /// Pixels of the picture as its header has them, before any shrinking.
    package var pixels: Int
    /// Bytes of the file.
    package var bytes: Int
    /// Seconds for the pixels. It is looked at between bands of rows (and between the scans of a progressive JPEG); a
    /// format that can only be decoded in one go (WebP, HEIC, AVIF, JPEG XL, GIF) is bounded by `pixels` instead.
    package var seconds: Double

    /// Makes limits.
    package init(pixels: Int = 200_000_000, bytes: Int = 256 << 20, seconds: Double = 60) {
        self.pixels = pixels
        self.bytes = bytes
        self.seconds = seconds
    }
}
