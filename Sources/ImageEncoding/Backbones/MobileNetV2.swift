package import Torch
package import TorchNN

/// MobileNetV2 of width 1.0 (Sandler et al. 2018, "Inverted Residuals and Linear Bottlenecks") in torchvision's
/// parameter names and arithmetic.
package struct MobileNetV2: ImageBackbone {
    /// Channels of the map: 1280.
    package let channels = 1280
    /// `classifier.1`, when the weights hold it.
    package let classifier: Linear?
    private let first, last: Convolution
    private let blocks: [InvertedResidual]

    /// Expansion, channels, repetitions and the first one's stride: table 2 of the paper.
    private static let table = [
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ]

    /// Parameters `features.0` ... `features.18`, and `classifier.1` where the checkpoint has one.
    package init(_ scope: ParameterScope) throws(TorchError) {
        let features = scope / "features"
        first = try Convolution(
            features / "0" / "0", from: 3, to: 32, kernel: 3, stride: 2, padding: 1, bias: false,
            normalizedBy: features / "0" / "1")
        var blocks: [InvertedResidual] = []
        var input = 32
        for (expansion, channels, repetitions, stride) in Self.table {
            for index in 0..<repetitions {
                blocks.append(
                    try InvertedResidual(
                        features / "\(blocks.count + 1)" / "conv", from: input, to: channels, expansion: expansion,
                        stride: index == 0 ? stride : 1))
                input = channels
            }
        }
        self.blocks = blocks
        let end = features / "\(blocks.count + 1)"
        last = try Convolution(
            end / "0", from: input, to: channels, kernel: 1, bias: false, normalizedBy: end / "1")
        classifier = try Linear(classifier: scope / "classifier" / "1", from: channels)
    }

    /// `[batch, 3, height, width]` to `[batch, 1280, height / 32, width / 32]`, rounded up.
    package func map(_ pictures: Tensor) throws(TorchError) -> Tensor {
        var map = try first(pictures, activation: .relu6)
        for block in blocks { map = try block(map) }
        return try last(map, activation: .relu6)
    }
}

/// x + narrow(depthwise(widen(x))), the sum only where the shapes agree.
private struct InvertedResidual: Sendable {
    let rectified: [Convolution]
    let narrow: Convolution
    let isResidual: Bool

    init(_ scope: ParameterScope, from input: Int, to output: Int, expansion: Int, stride: Int) throws(TorchError) {
        let hidden = input * expansion
        var rectified: [Convolution] = []
        if expansion != 1 {
            rectified.append(
                try Convolution(
                    scope / "0" / "0", from: input, to: hidden, kernel: 1, bias: false,
                    normalizedBy: scope / "0" / "1"))
        }
        let depthwise = scope / "\(rectified.count)"
        rectified.append(
            try Convolution(
                depthwise / "0", from: hidden, to: hidden, kernel: 3, stride: stride, padding: 1, groups: hidden,
                bias: false, normalizedBy: depthwise / "1"))
        narrow = try Convolution(
            scope / "\(rectified.count)", from: hidden, to: output, kernel: 1, bias: false,
            normalizedBy: scope / "\(rectified.count + 1)")
        self.rectified = rectified
        isResidual = stride == 1 && input == output
    }

    func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        var y = x
        for convolution in rectified { y = try convolution(y, activation: .relu6) }
        // Nothing else reads x afterwards, so the sum may take its memory.
        return try narrow(y, adding: isResidual ? x : nil)
    }
}
