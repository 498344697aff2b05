/// A decoded picture: upright, sRGB, three channels of 8 bits.
package struct Picture: Sendable {
    /// Columns of `pixels`.
    package let width: Int
    /// Rows of `pixels`.
    package let height: Int
    /// Red, green and blue, row by row: `[height, width, 3]`.
    package let pixels: [UInt8]

    /// Frames or pages of the file, of which this is the first.
    package let frameCount: Int

    /// Whether it is the preview in a camera's RAW file.
    package let isPreview: Bool

    /// What its file says of it.
    package var facts: PictureFacts

    /// Makes a picture; `pixels` has to hold `height * width * 3` values.
    package init(width: Int, height: Int, pixels: [UInt8], frameCount: Int = 1, isPreview: Bool = false) {
        precondition(pixels.count == width * height * 3, "a picture's pixels are [height, width, 3]")
        self.width = width
        self.height = height
        self.pixels = pixels
        self.frameCount = frameCount
        self.isPreview = isPreview
        facts = PictureFacts(size: PictureSize(width: width, height: height))
    }
}
