package import Torch
package import TorchNN

/// Residual blocks of one width; the first may halve the map (He et al. 2016, "Deep Residual Learning").
package struct ResNetStage: Sendable {
    /// What a block is made of.
    package enum Block: Sendable {
        /// Two 3x3 convolutions.
        case basic
        /// 1x1, 3x3 and 1x1, the last one four times as wide.
        case bottleneck
    }

    /// Channels of the result.
    package let channels: Int
    private let blocks: [ResidualBlock]

    /// Blocks `0`, `1`, ... of `scope`.
    /// - Parameters:
    ///   - from: Channels of the map that comes in.
    ///   - width: Channels inside a block.
    ///   - stride: That of the first block.
    ///   - dilation: Of every 3x3 convolution.
    ///   - strideIn1x1: Whether a bottleneck's stride is in its first convolution (Caffe's networks) rather than in the
    ///     3x3 one (torchvision's).
    package init(
        _ scope: ParameterScope, block: Block, blocks: Int, from: Int, width: Int, stride: Int, dilation: Int = 1,
        strideIn1x1: Bool = false, names: ResNetNames = .torchvision, epsilon: Double = 1e-5
    ) throws(TorchError) {
        channels = block == .basic ? width : 4 * width
        var made: [ResidualBlock] = []
        for index in 0..<blocks {
            let builder = ResidualBlock.Builder(
                scope: scope / "\(index)", input: index == 0 ? from : channels, width: width, output: channels,
                stride: index == 0 ? stride : 1, dilation: dilation, names: names, epsilon: epsilon)
            made.append(try block == .basic ? builder.basic() : builder.bottleneck(strideIn1x1: strideIn1x1))
        }
        self.blocks = made
    }

    /// `[batch, from, height, width]` to `[batch, channels, height / stride, width / stride]`, rounded up.
    package func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        var x = x
        for (index, block) in blocks.enumerated() { x = try block(x, usingUp: index > 0) }
        return x
    }
}
