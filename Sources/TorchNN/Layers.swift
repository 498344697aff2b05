public import Torch

/// y = x W^T + b.
public struct Linear: Sendable {
    /// `[out, in]`.
    public let weight: Tensor
    /// `[out]`.
    public let bias: Tensor?

    /// Parameters `weight` and, when asked for, `bias`; fresh ones are uniform in +-1/sqrt(in), as in PyTorch.
    public init(_ scope: ParameterScope, from input: Int, to output: Int, bias: Bool = true) throws(TorchError) {
        let bound = 1 / Double(input).squareRoot()
        weight = try scope.parameter("weight", [output, input], .uniform(bound))
        self.bias = bias ? try scope.parameter("bias", [output], .uniform(bound)) : nil
    }

    /// `[..., in]` to `[..., out]`.
    public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor { try x.linear(weight, bias) }
}

/// A table of vectors, one an index.
public struct Embedding: Sendable {
    /// `[count, width]`.
    public let weight: Tensor

    /// Parameter `weight`; a fresh one is normal with deviation 0.02, unless `initial` says otherwise.
    public init(
        _ scope: ParameterScope, count: Int, width: Int, initial: Initializer = .normal(0.02)
    ) throws(TorchError) {
        weight = try scope.parameter("weight", [count, width], initial)
    }

    /// int64 `[...]` to `[..., width]`.
    public func callAsFunction(_ indices: Tensor) throws(TorchError) -> Tensor { try weight.embedding(indices) }
}

/// Zero mean and unit variance over the last dimension, then scaled and shifted.
public struct LayerNorm: Sendable {
    /// `[width]`.
    public let weight: Tensor
    /// `[width]`.
    public let bias: Tensor
    let epsilon: Double

    /// Parameters `weight` (ones) and `bias` (zeros).
    public init(_ scope: ParameterScope, width: Int, epsilon: Double = 1e-5) throws(TorchError) {
        weight = try scope.parameter("weight", [width], .ones)
        bias = try scope.parameter("bias", [width], .zeros)
        self.epsilon = epsilon
    }

    /// `[..., width]` to the same shape.
    public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        try x.layerNorm(weight, bias, epsilon: epsilon)
    }
}
