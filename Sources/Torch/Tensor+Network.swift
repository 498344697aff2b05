extension Tensor {
    /// Matrix product; leading dimensions broadcast.
    package func matmul(_ other: Tensor) throws(TorchError) -> Tensor {
        try Operators.matmul(.tensor(self), .tensor(other))
    }
    /// x W^T + b for W `[out, in]`.
    package func linear(_ weight: Tensor, _ bias: Tensor? = nil) throws(TorchError) -> Tensor {
        try Operators.linear(.tensor(self), .tensor(weight), .optional(bias))
    }
    /// activation(x W^T + b) for W `[out, in]`. Where no gradient is wanted, oneDNN computes it in one pass on the CPU: twice
    /// as fast as libtorch's own product on machines whose maker is not MKL's (docs/performance.md).
    package func linear(_ weight: Tensor, _ bias: Tensor?, activation: Activation) throws(TorchError) -> Tensor {
        let isRecorded = isRecordingGradients && (requiresGradient || weight.requiresGradient)
        guard device == .cpu, Operators.fusedLinear.exists, !isRecorded, dtype == weight.dtype else {
            return try linear(weight, bias?.to(weight.dtype)).activated(activation)
        }
        let result = try Operators.fusedLinear(
            .tensor(self), .tensor(weight), .optional(bias), activation.fusedName, activation.fusedBounds,
            activation.fusedAlgorithm)
        if !activation.isFused { try result.activate(activation) }
        return result
    }
    /// A sum of products in Einstein's notation: `einsum("ik,jk->ij", a, b)`.
    package static func einsum(_ equation: String, _ tensors: Tensor...) throws(TorchError) -> Tensor {
        try Operators.einsum(.string(equation), .tensors(tensors))
    }
    /// Weighted sums of rows that follow each other, `[rows, width]` to `[segments, width]`: segment by segment, the next
    /// `lengths[segment]` rows, each times its weight of `[rows]`.
    package func segmentSums(lengths: [Int], weights: Tensor) throws(TorchError) -> Tensor {
        var (starts, next) = ([Int](), 0)
        for length in lengths {
            starts.append(next)
            next += length
        }
        return try Operators.embeddingBag(
            .tensor(self), .tensor(Tensor(Array(0..<next), shape: [next]).to(device: device)),
            .tensor(Tensor(starts, shape: [starts.count]).to(device: device)), .bool(false), .int(0), .bool(false),
            .tensor(weights), .bool(false), .int(-1))
    }
    /// Zero mean and unit variance over the last dimension, then scaled and shifted.
    package func layerNorm(_ weight: Tensor, _ bias: Tensor, epsilon: Double) throws(TorchError) -> Tensor {
        try Operators.layerNorm(
            .tensor(self), .ints([weight.count]), .tensor(weight), .tensor(bias), .double(epsilon))
    }
    /// Zero mean and unit variance of each column of `[rows, width]`, then scaled and shifted: by the columns' running mean
    /// and variance, or, where `momentum` is given, by the rows' own, which then make up that share of the running ones.
    package func batchNorm(
        _ weight: Tensor, _ bias: Tensor, runningMean: Tensor, runningVariance: Tensor, momentum: Double?,
        epsilon: Double
    ) throws(TorchError) -> Tensor {
        try Operators.batchNorm(
            .tensor(self), .tensor(weight), .tensor(bias), .tensor(runningMean), .tensor(runningVariance),
            .bool(momentum != nil), .double(momentum ?? 0), .double(epsilon), .bool(true))
    }
    /// Zeroes each element with the probability and scales the others up, by the process's seed (`Torch.seed`).
    package func dropout(_ probability: Double) throws(TorchError) -> Tensor {
        try Operators.dropout(.tensor(self), .double(probability), .bool(true))
    }
    /// What a gated recurrent unit of one layer says at every step of sequences, `[steps, width]` to `[steps, hidden]`,
    /// or to `[steps, 2 hidden]` with both directions. All start from zeros.
    /// - Parameters:
    ///   - batchSizes: Time goes first: of `steps`, the first `batchSizes[0]` are the first ones of the sequences, longest
    ///     first; then come the second ones of the `batchSizes[1]` that have one, and so on.
    ///   - parameters: Input and hidden weights `[3 hidden, width]` and `[3 hidden, hidden]`, then both biases
    ///     `[3 hidden]`; the same again for the reverse direction, if any. Thirds: reset, update, new.
    package func packedGRU(batchSizes: [Int], parameters: [Tensor]) throws(TorchError) -> Tensor {
        guard parameters.count == 4 || parameters.count == 8, let sequences = batchSizes.first else {
            throw TorchError(
                operation: "packedGRU(\(shape))",
                reason: "expected 4 or 8 parameters and a sequence, found \(parameters.count) and \(batchSizes)")
        }
        let hidden = parameters[1].shape[1]
        let start = try Tensor.zeros([parameters.count / 4, sequences, hidden], dtype: dtype, device: device)
        return try Operators.packedGRU(
            .tensor(self), .tensor(Tensor(batchSizes, shape: [batchSizes.count])), .tensor(start), .tensors(parameters),
            .bool(true), .int(1), .double(0), .bool(false), .bool(parameters.count == 8))
    }
    /// softmax(q k^T / sqrt(width)) v for `[batch, heads, positions, width]`; `mask` is true where to look, and with
    /// `isCausal` no position looks at those after it (then there is no mask beside).
    package func attention(
        keys: Tensor, values: Tensor, mask: Tensor?, isCausal: Bool = false, dropout: Double = 0
    ) throws(TorchError) -> Tensor {
        try Operators.scaledDotProductAttention(
            .tensor(self), .tensor(keys), .tensor(values), .optional(mask), .double(dropout), .bool(isCausal))
    }
    /// Mean cross entropy of logits `[batch, classes]` against int64 labels `[batch]`.
    package func crossEntropy(labels: Tensor) throws(TorchError) -> Tensor {
        try Operators.crossEntropy(.tensor(self), .tensor(labels))
    }
}
