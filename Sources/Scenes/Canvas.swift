import ImageEncoding

/// A square picture being drawn: 8-bit RGB pixels, row by row from the top.
struct Canvas: Sendable, Equatable {
    /// Width and height in pixels.
    static let side = PictureDescriptors.side

    /// `[side, side, 3]`.
    var pixels: [UInt8]

    /// A vertical gradient.
    init(top: RGB, bottom: RGB) {
        pixels = []
        pixels.reserveCapacity(Self.side * Self.side * 3)
        for row in 0..<Self.side {
            let color = top.mixed(with: bottom, part: Float(row) / Float(Self.side - 1))
            for _ in 0..<Self.side {
                pixels.append(color.red)
                pixels.append(color.green)
                pixels.append(color.blue)
            }
        }
    }

    /// What was drawn.
    var picture: Picture { Picture(width: Self.side, height: Self.side, pixels: pixels) }

    /// The pixel in `column` of `row`.
    subscript(row: Int, column: Int) -> RGB {
        get {
            let start = (row * Self.side + column) * 3
            return RGB(red: pixels[start], green: pixels[start + 1], blue: pixels[start + 2])
        }
        set {
            let start = (row * Self.side + column) * 3
            pixels[start] = newValue.red
            pixels[start + 1] = newValue.green
            pixels[start + 2] = newValue.blue
        }
    }
}
