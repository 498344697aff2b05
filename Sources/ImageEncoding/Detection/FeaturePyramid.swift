import Torch
import TorchNN

/// Maps of one width at strides 4, 8, 16, 32 and 64 from a backbone's at 4 to 32 (Lin et al. 2017, "Feature Pyramid
/// Networks"), in torchvision's names.
struct FeaturePyramid: Sendable {
    private let inner: [Convolution]
    private let outer: [Convolution]

    init(_ scope: ParameterScope, from channels: [Int], to width: Int) throws(TorchError) {
        var inner: [Convolution] = []
        var outer: [Convolution] = []
        for (level, count) in channels.enumerated() {
            let name = "\(level)"
            inner.append(try Convolution(scope / "inner_blocks" / name / "0", from: count, to: width, kernel: 1))
            outer.append(
                try Convolution(scope / "layer_blocks" / name / "0", from: width, to: width, kernel: 3, padding: 1))
        }
        self.inner = inner
        self.outer = outer
    }

    /// The finest map first; the last is every second pixel of the one before.
    func callAsFunction(_ maps: [Tensor]) throws(TorchError) -> [Tensor] {
        var pyramid: [Tensor] = []
        var coarser: Tensor?
        for level in maps.indices.reversed() {
            let shape = maps[level].shape
            let above = try coarser?.resampledNearest(height: shape[2], width: shape[3])
            let map = try inner[level](maps[level], adding: above)
            pyramid.insert(try outer[level](map), at: 0)
            coarser = map
        }
        if let last = pyramid.last { pyramid.append(try last.maxPooled(kernel: 1, stride: 2)) }
        return pyramid
    }
}
