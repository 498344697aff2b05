/// A rectangle of a picture, by its edges in pixels (or, where it says so, in fractions of the picture).
package struct Box: Sendable, Equatable, BitwiseCopyable {
    /// The left edge.
    package var left: Float
    /// The upper edge.
    package var top: Float
    /// The right edge.
    package var right: Float
    /// The lower edge.
    package var bottom: Float

    /// Makes a box.
    package init(left: Float, top: Float, right: Float, bottom: Float) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }

    /// Moved by whole steps.
    func shifted(_ x: Float, _ y: Float) -> Box {
        Box(left: left + x, top: top + y, right: right + x, bottom: bottom + y)
    }

    /// Horizontal edges times `x`, vertical ones times `y`.
    func scaled(_ x: Float, _ y: Float) -> Box {
        Box(left: left * x, top: top * y, right: right * x, bottom: bottom * y)
    }

    /// Each edge moved into 0...x and 0...y.
    func clipped(_ x: Float, _ y: Float) -> Box {
        Box(
            left: min(max(left, 0), x), top: min(max(top, 0), y), right: min(max(right, 0), x),
            bottom: min(max(bottom, 0), y))
    }

    var isFinite: Bool { left.isFinite && top.isFinite && right.isFinite && bottom.isFinite }
}

/// How a detector reads its boxes: as edges between pixels, or as the first and the last pixel inside.
package enum BoxConvention: Sendable {
    /// A box from 3 to 5 is 2 wide; boxes overlap too much above the threshold.
    case torchvision
    /// A box from 3 to 5 is 3 wide; boxes overlap too much from the threshold on.
    case caffe

    /// What a box is wider than the difference of its edges.
    var extent: Float { self == .caffe ? 1 : 0 }
}
