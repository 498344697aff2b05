import Foundation

/// How a network says where a box goes: the centre's shift in box sizes and the logarithm of the sizes' factor, each
/// times a weight (Girshick et al. 2014, R-CNN, appendix C).
struct BoxCoding: Sendable {
    /// Of horizontal and vertical shift, and of width and height.
    let weights: (shift: Float, size: Float)
    let convention: BoxConvention

    /// No box grows more than 1000/16-fold, so that an extreme output stays finite. (Caffe's detectors had no such
    /// limit; their boxes were clipped to the picture, and so are these.)
    static let largestLogarithm = Float(log(1000.0 / 16))

    /// `deltas` holds four values from `start` on.
    func decode(_ deltas: [Float], at start: Int, from box: Box) -> Box {
        let width = box.right - box.left + convention.extent
        let height = box.bottom - box.top + convention.extent
        let x = deltas[start] / weights.shift * width + (box.left + 0.5 * width)
        let y = deltas[start + 1] / weights.shift * height + (box.top + 0.5 * height)
        let halfWidth = 0.5 * (expf(min(deltas[start + 2] / weights.size, Self.largestLogarithm)) * width)
        let halfHeight = 0.5 * (expf(min(deltas[start + 3] / weights.size, Self.largestLogarithm)) * height)
        return Box(left: x - halfWidth, top: y - halfHeight, right: x + halfWidth, bottom: y + halfHeight)
    }
}
