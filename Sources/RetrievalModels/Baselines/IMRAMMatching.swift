import Torch
import TorchNN

// Three things leave to pairs only what truly depends on them:
// - cos(x, c) needs no c: with weights a over unit y, x . c = sum_j a_j (x . y_j) and |c|^2 = a^T (Y Y^T) a;
// - the memory's layer is linear: W [x; c] + b = (W_x x + b) + sum_j a_j (W_c y_j), and W_c y_j belongs to y's item;
// - at the first step queries are their item's own, and so is W_x x + b.

/// Iterative matching in one direction: queries x_i of one item attend three times to contexts y_j of another.
///
/// The cross-modal attention unit and the memory distillation unit of step k, with x_i^1 = x_i:
///
///     z_ij = x_i^k . y_j
///     a_ij = softmax_j(9 [z_ij]+ / sqrt(sum_i [z_ij]+^2)),   c_i = sum_j a_ij y_j
///     F_k  = mean_i cos(x_i, c_i)
///     g = sigmoid(W_g [x_i^k; c_i] + b_g),   o = tanh(W_o [x_i^k; c_i] + b_o)
///     x_i^(k+1) = g * x_i^k + (1 - g) * o
///
/// F_k takes the original query, and all steps share one memory, as in the authors' program. So it is with two points in
/// which that differs from the paper: from the second step on z is the product with a query that is not of length one
/// (the paper: a cosine; their scripts switch that off), so that a query which has become longer gets more of each
/// context; and [z]+ is z / 10 below zero (the paper: zero).
struct IMRAMMatching: Sendable {
    /// Items that attend, or that are attended to.
    struct Side {
        /// Unit vectors, `[items, places, D]`.
        let vectors: Tensor
        /// What they give the memory's layer, `[items, places, 2 D]`.
        let memory: Tensor
        /// `[items, places]`: one over the item's count at its own places, zero at padding; nil where all are its own.
        let share: Tensor?

        var items: Int { vectors.shape[0] }
        var places: Int { vectors.shape[1] }
    }

    /// K.
    static let steps = 3
    /// What the softmax's logits are multiplied with.
    static let sharpness = 9.0

    /// W_g above W_o, `[2 D, 2 D]`, whose columns take [x; c].
    let memory: Linear
    private let dimension: Int

    /// Builds it along `memory`.
    init(_ scope: ParameterScope, dimension: Int) throws(TorchError) {
        memory = try Linear(scope / "memory", from: 2 * dimension, to: 2 * dimension)
        self.dimension = dimension
    }

    /// W_x x + b, `[..., D]` to `[..., 2 D]`.
    func asQueries(_ vectors: Tensor) throws(TorchError) -> Tensor {
        try vectors.linear(memory.weight.sliced(1, 0..<dimension), memory.bias)
    }

    /// W_c y, `[..., D]` to `[..., 2 D]`.
    func asContexts(_ vectors: Tensor) throws(TorchError) -> Tensor {
        try vectors.linear(memory.weight.sliced(1, dimension..<2 * dimension))
    }

    /// The sum of F_k over steps, `[items attended to, items that attend]`.
    func scores(of own: Side, attendingTo other: Side) throws(TorchError) -> Tensor {
        let rows = own.items * own.places
        let keys = try other.vectors.transposed()
        let gram = try other.vectors.matmul(keys)
        var queries = try own.vectors.reshaped([rows, dimension])
        var layer = try own.memory.reshaped([rows, 2 * dimension])
        // From here on [items attended to, rows, ...]. At the first step products are cosines.
        let original = try Tensor.einsum("rd,ojd->orj", queries, other.vectors).to(.float32).contiguous()
        var products = original
        var scores: [Tensor] = []
        for step in 1...Self.steps {
            let weights = try weights(products, own, other)
            let lengths = try (weights.matmul(gram) * weights).sum(-1).clamped(min: 1e-12).sqrt()
            let relevances = try ((weights * original).sum(-1) / lengths).reshaped([other.items, own.items, own.places])
            if let share = own.share {
                scores.append(try (relevances * share).sum(-1))
            } else {
                scores.append(try relevances.mean(-1))
            }
            if step == Self.steps { break }
            if step > 1 { layer = try asQueries(queries) }
            let parts = try (weights.matmul(other.memory) + layer).split([dimension, dimension], dimension: -1)
            let output = try parts[1].tanh()
            queries = try output + parts[0].sigmoid() * (queries - output)
            products = try queries.matmul(keys).to(.float32)
        }
        return try Tensor.stacked(scores).sum(0)
    }

    /// a from z, `[items attended to, rows, places]`.
    private func weights(_ products: Tensor, _ own: Side, _ other: Side) throws(TorchError) -> Tensor {
        var logits = try products.leakyRelu(slope: SCAN.slope)
            .reshaped([other.items, own.items, own.places, other.places])
        if let share = own.share { logits = try logits.filled(where: share.equals(0).unsqueezed(-1), with: 0) }
        // A context unlike every query stays at zero.
        logits = try logits.normalized(2, smallest: 1e-8) * Self.sharpness
        if let share = other.share {
            let padding = try share.equals(0).reshaped([other.items, 1, 1, other.places])
            logits = try logits.filled(where: padding, with: -.infinity)
        }
        return try logits.softmax(-1).reshaped([other.items, own.items * own.places, other.places])
    }
}
