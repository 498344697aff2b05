import Torch
import TorchNN

/// relu(convolutions(x) + shortcut(x)), a rectifier after every convolution.
struct ResidualBlock: Sendable {
    let convolutions: [Convolution]
    let shortcut: Convolution?

    /// `usingUp`: whether the result may take the memory of `x`.
    func callAsFunction(_ x: Tensor, usingUp: Bool) throws(TorchError) -> Tensor {
        var y = x
        for convolution in convolutions.dropLast() { y = try convolution(y, activation: .relu) }
        let beside: Tensor =
            if let shortcut { try shortcut(x) } else { try usingUp ? x : x.cloned() }
        if let last = convolutions.last { y = try last(y, adding: beside, activation: .relu) }
        return y
    }

    /// What the convolutions of a block have in common.
    struct Builder {
        let scope: ParameterScope
        let input, width, output, stride, dilation: Int
        let names: ResNetNames
        let epsilon: Double

        func basic() throws(TorchError) -> ResidualBlock {
            ResidualBlock(
                convolutions: [
                    try convolution(1, from: input, to: width, kernel: 3, stride: stride),
                    try convolution(2, from: width, to: output, kernel: 3),
                ],
                shortcut: try shortcut())
        }

        func bottleneck(strideIn1x1: Bool) throws(TorchError) -> ResidualBlock {
            ResidualBlock(
                convolutions: [
                    try convolution(1, from: input, to: width, kernel: 1, stride: strideIn1x1 ? stride : 1),
                    try convolution(2, from: width, to: width, kernel: 3, stride: strideIn1x1 ? 1 : stride),
                    try convolution(3, from: width, to: output, kernel: 1),
                ],
                shortcut: try shortcut())
        }

        private func convolution(
            _ number: Int, from: Int, to: Int, kernel: Int, stride: Int = 1
        ) throws(TorchError) -> Convolution {
            try normalized(names.convolution(number, of: scope), from: from, to: to, kernel: kernel, stride: stride)
        }

        private func shortcut() throws(TorchError) -> Convolution? {
            guard stride != 1 || input != output else { return nil }
            return try normalized(names.shortcut(of: scope), from: input, to: output, kernel: 1, stride: stride)
        }

        private func normalized(
            _ place: (weights: ParameterScope, norm: ParameterScope), from: Int, to: Int, kernel: Int, stride: Int
        ) throws(TorchError) -> Convolution {
            let dilation = kernel == 1 ? 1 : dilation
            return try Convolution(
                place.weights, from: from, to: to, kernel: kernel, stride: stride, padding: (kernel - 1) / 2 * dilation,
                dilation: dilation, bias: false, normalizedBy: place.norm, epsilon: epsilon)
        }
    }
}
