package import Torch

/// A two-dimensional convolution for inference, with its batch norm folded in, an optional addition and an activation.
package struct Convolution: Sendable {
    /// Channels of the result.
    package let channels: Int
    private let weight: Tensor
    private let bias: Tensor?
    private let window: ConvolutionWindow
    private let isFused: Bool

    /// Parameters `weight` `[to, from / groups, kernel, kernel]` and, when asked for, `bias` `[to]`.
    ///
    /// With `normalizedBy` the batch norm whose `weight`, `bias`, `running_mean` and `running_var` lie there is folded
    /// into weight and bias, so that inference pays nothing for it: y = (x - mean) / sqrt(var + epsilon) weight + bias.
    package init(
        _ scope: ParameterScope, from input: Int, to output: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
        dilation: Int = 1, groups: Int = 1, bias hasBias: Bool = true, normalizedBy norm: ParameterScope? = nil,
        epsilon: Double = 1e-5
    ) throws(TorchError) {
        // He's initial deviation for layers followed by a rectifier.
        let deviation = (2 / Double(output * kernel * kernel)).squareRoot()
        var weight = try scope.parameter("weight", [output, input / groups, kernel, kernel], .normal(deviation))
        var bias = hasBias ? try scope.parameter("bias", [output], .zeros) : nil
        if let norm {
            let scale = try norm.parameter("weight", [output], .ones)
            let shift = try norm.parameter("bias", [output], .zeros)
            var mean = try norm.parameter("running_mean", [output], .zeros)
            let variance = try norm.parameter("running_var", [output], .ones)
            norm.tolerate("num_batches_tracked")
            let factor = try scale / (variance + epsilon).sqrt()
            weight = try weight * factor.reshaped([output, 1, 1, 1])
            if let own = bias { mean = try mean - own }
            bias = try shift - mean * factor
        }
        window = ConvolutionWindow(stride: stride, padding: padding, dilation: dilation, groups: groups)
        isFused = weight.device == .cpu && Tensor.hasFusedConvolution
        self.weight = try weight.channelsLast()
        self.bias = bias
        channels = output
    }

    /// activation(x * weight + bias + adding): `[batch, from, height, width]` to `[batch, to, height', width']`, with
    /// the channels last in memory. `adding`, of the result's shape, is used up: its memory may become the result's.
    package func callAsFunction(
        _ x: Tensor, adding: Tensor? = nil, activation: Activation = .none
    ) throws(TorchError) -> Tensor {
        let x = try x.channelsLast()
        if isFused {
            return try x.fusedConvolution(weight, bias, window, adding: adding, activation: activation)
        }
        var y = try x.convolution(weight, bias, window)
        if let adding { y = try y + adding }
        try y.activate(activation)
        return y
    }
}
