package import Torch

/// y = x W^T + b.
package struct Linear: Sendable {
    /// `[out, in]`.
    package let weight: Tensor
    /// `[out]`.
    package let bias: Tensor?

    /// Parameters `weight` and, when asked for, `bias`; fresh ones are uniform in +-1/sqrt(in), as in PyTorch.
    package init(_ scope: ParameterScope, from input: Int, to output: Int, bias: Bool = true) throws(TorchError) {
        let bound = 1 / Double(input).squareRoot()
        weight = try scope.parameter("weight", [output, input], .uniform(bound), role: .matrix)
        self.bias = bias ? try scope.parameter("bias", [output], .uniform(bound)) : nil
    }

    /// Parameters that stand elsewhere: part of a larger one, or in another shape.
    package init(weight: Tensor, bias: Tensor?) {
        self.weight = weight
        self.bias = bias
    }

    /// As the first, but fresh weights are Xavier-uniform and biases zero.
    package init(xavier scope: ParameterScope, from input: Int, to output: Int) throws(TorchError) {
        weight = try scope.parameter("weight", [output, input], .xavier(from: input, to: output), role: .matrix)
        bias = try scope.parameter("bias", [output], .zeros)
    }

    /// `[..., in]` to `[..., out]`.
    package func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor { try x.linear(weight, bias) }

    /// `[..., in]` to `[..., out]` and the activation, in the weight's type and in the fastest way where no gradient is
    /// wanted.
    package func callAsFunction(_ x: Tensor, activation: Activation) throws(TorchError) -> Tensor {
        try x.to(weight.dtype).linear(weight, bias, activation: activation)
    }
}

/// A table of vectors, one an index.
package struct Embedding: Sendable {
    /// `[count, width]`.
    package let weight: Tensor

    /// Parameter `weight`; a fresh one is normal with deviation 0.02, unless `initial` says otherwise.
    package init(
        _ scope: ParameterScope, count: Int, width: Int, initial: Initializer = .normal(0.02)
    ) throws(TorchError) {
        weight = try scope.parameter("weight", [count, width], initial, role: .table)
    }

    /// int64 `[...]` to float32 `[..., width]`.
    package func callAsFunction(_ indices: Tensor) throws(TorchError) -> Tensor {
        try weight.embedding(indices).to(.float32)
    }
}

/// Zero mean and unit variance over the last dimension, then scaled and shifted.
package struct LayerNorm: Sendable {
    /// `[width]`.
    package let weight: Tensor
    /// `[width]`.
    package let bias: Tensor
    let epsilon: Double

    /// Parameters `weight` (ones) and `bias` (zeros).
    package init(_ scope: ParameterScope, width: Int, epsilon: Double = 1e-5) throws(TorchError) {
        weight = try scope.parameter("weight", [width], .ones)
        bias = try scope.parameter("bias", [width], .zeros)
        self.epsilon = epsilon
    }

    /// `[..., width]` to the same shape.
    package func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        try x.layerNorm(weight, bias, epsilon: epsilon)
    }
}
