extension Tensor {
    /// Matrix product; leading dimensions broadcast.
    public func matmul(_ other: Tensor) throws(TorchError) -> Tensor {
        try Operators.matmul(.tensor(self), .tensor(other))
    }
    /// x W^T + b for W `[out, in]`.
    public func linear(_ weight: Tensor, _ bias: Tensor? = nil) throws(TorchError) -> Tensor {
        try Operators.linear(.tensor(self), .tensor(weight), .optional(bias))
    }
    /// A sum of products in Einstein's notation: `einsum("ik,jk->ij", a, b)`.
    public static func einsum(_ equation: String, _ tensors: Tensor...) throws(TorchError) -> Tensor {
        try Operators.einsum(.string(equation), .tensors(tensors))
    }
    /// Zero mean and unit variance over the last dimension, then scaled and shifted.
    public func layerNorm(_ weight: Tensor, _ bias: Tensor, epsilon: Double) throws(TorchError) -> Tensor {
        try Operators.layerNorm(
            .tensor(self), .ints([weight.count]), .tensor(weight), .tensor(bias), .double(epsilon))
    }
    /// Zeroes each element with the probability and scales the others up, by the process's seed (`Torch.seed`).
    public func dropout(_ probability: Double) throws(TorchError) -> Tensor {
        try Operators.dropout(.tensor(self), .double(probability), .bool(true))
    }
    /// softmax(q k^T / sqrt(width)) v for `[batch, heads, positions, width]`; `mask` is true where to look.
    public func attention(keys: Tensor, values: Tensor, mask: Tensor?, dropout: Double = 0) throws(TorchError) -> Tensor
    {
        try Operators.scaledDotProductAttention(
            .tensor(self), .tensor(keys), .tensor(values), .optional(mask), .double(dropout))
    }
    /// Mean cross entropy of logits `[batch, classes]` against int64 labels `[batch]`.
    public func crossEntropy(labels: Tensor) throws(TorchError) -> Tensor {
        try Operators.crossEntropy(.tensor(self), .tensor(labels))
    }
}
