/// A decoded picture: upright, sRGB, three channels of 8 bits.
public struct Picture: Sendable {
    /// Columns of `pixels`.
    public let width: Int
    /// Rows of `pixels`.
    public let height: Int
    /// Red, green and blue, row by row: `[height, width, 3]`.
    public let pixels: [UInt8]

    /// Makes a picture; `pixels` has to hold `height * width * 3` values.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(pixels.count == width * height * 3, "a picture's pixels are [height, width, 3]")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}
