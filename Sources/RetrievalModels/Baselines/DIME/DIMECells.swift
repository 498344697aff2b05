import Torch
import TorchNN

/// The places of items that are refined, `[own, places, 1]` each; nil where all places are items' own.
struct DIMERows {
    /// One over the item's count at its own places, zero at padding.
    let share: Tensor?
    /// True at padding.
    let padding: Tensor?

    /// `[..., own, places, D]` to `[..., own, D]`.
    func mean(_ x: Tensor) throws(TorchError) -> Tensor {
        guard let share else { return try x.mean(-2) }
        return try (x * share).sum(-2)
    }

    /// `[..., own, places, D]` to `[..., own, D]`.
    func maximum(_ x: Tensor) throws(TorchError) -> Tensor {
        guard let padding else { return try x.maximum(-2) }
        return try x.filled(where: padding, with: -.infinity).maximum(-2)
    }

    /// Over an item's places of length one, channel by channel.
    func normalized(_ x: Tensor) throws(TorchError) -> Tensor {
        guard let padding else { return try x.normalized(-2, smallest: 1e-8) }
        return try x.filled(where: padding, with: 0).normalized(-2, smallest: 1e-8)
    }
}

/// The items that others are refined by.
struct DIMEContext {
    /// Y, `[contexts, places, D]`.
    let vectors: Tensor
    /// y, `[contexts, D]`.
    let summaries: Tensor
    /// `[contexts, places]`, true at padding; nil where there is none.
    let padding: Tensor?
}

/// A cell of DIME: states `[contexts or 1, own, places, D]` to the same, or to all contexts'.
protocol DIMECell: Sendable {
    func callAsFunction(_ x: Tensor, _ rows: DIMERows, _ context: DIMEContext) throws(TorchError) -> Tensor
}

/// Rectified identity: relu(X).
struct DIMEIdentity: DIMECell {
    func callAsFunction(_ x: Tensor, _ rows: DIMERows, _ context: DIMEContext) throws(TorchError) -> Tensor {
        try x.relu()
    }
}

/// Global-local guidance: the other item's global vector says which channels matter. With U = (W x_m + b) * y, of length
/// one over the places in every channel: (1 + U) * X.
struct DIMEGuidance: DIMECell {
    private let linear: Linear

    init(_ scope: ParameterScope, dimension: Int) throws(TorchError) {
        linear = try Linear(scope / "linear", from: dimension, to: dimension)
    }

    func callAsFunction(_ x: Tensor, _ rows: DIMERows, _ context: DIMEContext) throws(TorchError) -> Tensor {
        let guide = try context.summaries.unsqueezed(1).unsqueezed(1)
        return try (rows.normalized(linear(x) * guide) + 1) * x
    }
}

/// Intra-modal reasoning: the places of one item attend to each other with 16 heads, then a layer of two:
///
///     Z = X + attention(X),   Z + W_2 relu(W_1 Z)
struct DIMEReasoning: DIMECell {
    static let heads = 16

    private let query, key, value, hidden, output: Linear

    init(_ scope: ParameterScope, dimension: Int) throws(TorchError) {
        guard dimension % Self.heads == 0 else {
            throw TorchError(
                operation: "DIME", reason: "expected joint_dimension divisible by \(Self.heads), found \(dimension)")
        }
        query = try Linear(scope / "query", from: dimension, to: dimension)
        key = try Linear(scope / "key", from: dimension, to: dimension)
        value = try Linear(scope / "value", from: dimension, to: dimension)
        hidden = try Linear(scope / "hidden", from: dimension, to: 2 * dimension)
        output = try Linear(scope / "output", from: 2 * dimension, to: dimension)
    }

    func callAsFunction(_ x: Tensor, _ rows: DIMERows, _ context: DIMEContext) throws(TorchError) -> Tensor {
        let shape = x.shape
        let items = shape[0] * shape[1]
        var parts: [Tensor] = []
        for layer in [query, key, value] {
            parts.append(
                try layer(x).reshaped([items, shape[2], Self.heads, shape[3] / Self.heads]).transposed(1, 2))
        }
        // True where to look.
        let mask = try rows.padding.map { padding throws(TorchError) in
            try padding.not().reshaped([1, shape[1], shape[2]]).expanded([shape[0], shape[1], shape[2]])
                .reshaped([items, 1, 1, shape[2]])
        }
        let gathered = try parts[0].attention(keys: parts[1], values: parts[2], mask: mask)
        let attended = try x + gathered.transposed(1, 2).reshaped(shape)
        return try attended + output(hidden(attended).relu())
    }
}

/// Cross-modal refinement: places attend to the other item's, and what they find scales and shifts them. With
/// a_nm = LeakyReLU_0.1(y_n . x_m), of length one over m:
///
///     c_m = sum_n softmax_n(lambda a_nm) y_n,   x_m + W_2 relu(W_1 (x_m * tanh(W_s c_m) + W_t c_m))
struct DIMERefinement: DIMECell {
    private let scale, shift, hidden, output: Linear
    private let sharpness: Double

    init(_ scope: ParameterScope, dimension: Int, sharpness: Double) throws(TorchError) {
        scale = try Linear(scope / "scale", from: dimension, to: dimension)
        shift = try Linear(scope / "shift", from: dimension, to: dimension)
        hidden = try Linear(scope / "hidden", from: dimension, to: dimension)
        output = try Linear(scope / "output", from: dimension, to: dimension)
        self.sharpness = sharpness
    }

    func callAsFunction(_ x: Tensor, _ rows: DIMERows, _ context: DIMEContext) throws(TorchError) -> Tensor {
        let others = try context.vectors.unsqueezed(1)
        // [contexts, own, places, places of the context]
        var logits = try rows.normalized(x.matmul(others.transposed()).leakyRelu(slope: SCAN.slope)) * sharpness
        if let padding = context.padding {
            logits = try logits.filled(where: padding.unsqueezed(1).unsqueezed(1), with: -.infinity)
        }
        let found = try logits.softmax(-1).matmul(others)
        return try x + output(hidden(x * scale(found).tanh() + shift(found)).relu())
    }
}
