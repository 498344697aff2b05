import Torch
import TorchNN

/// One layer of graph attention over a complete graph, as DSRAN has it: eight heads h of d = D / 8 numbers,
///
///     a^h_ij = softmax_j((Q^h x_i) . (K^h x_j) / sqrt(d))
///     x'_i = norm(x_i + W [sum_j a^1_ij V^1 x_j; ...; sum_j a^8_ij V^8 x_j])
///     x''_i = norm(x'_i + W_2 relu(W_1 x'_i))
///
/// with biases in every layer. The authors' normalisation is over the batch, ours over each node.
struct DSRANGraphAttention: Sendable {
    static let heads = 8

    let query, key, value, attended, hidden, output: Linear
    let attendedNorm, outputNorm: LayerNorm

    init(_ scope: ParameterScope, dimension: Int) throws(TorchError) {
        guard dimension % Self.heads == 0 else {
            throw TorchError(
                operation: "DSRAN", reason: "expected joint_dimension divisible by \(Self.heads), found \(dimension)")
        }
        query = try Linear(scope / "query", from: dimension, to: dimension)
        key = try Linear(scope / "key", from: dimension, to: dimension)
        value = try Linear(scope / "value", from: dimension, to: dimension)
        attended = try Linear(scope / "attended", from: dimension, to: dimension)
        attendedNorm = try LayerNorm(scope / "attended_norm", width: dimension)
        hidden = try Linear(scope / "hidden", from: dimension, to: dimension)
        output = try Linear(scope / "output", from: dimension, to: dimension)
        outputNorm = try LayerNorm(scope / "output_norm", width: dimension)
    }

    /// Nodes `[graphs, nodes, D]` to the same shape.
    /// - Parameter padding: bool `[graphs, nodes]`, true at nodes that none attends to.
    func callAsFunction(_ nodes: Tensor, padding: Tensor? = nil) throws(TorchError) -> Tensor {
        let shape = nodes.shape
        func heads(_ layer: Linear) throws(TorchError) -> Tensor {
            try layer(nodes).reshaped([shape[0], shape[1], Self.heads, shape[2] / Self.heads]).transposed(1, 2)
        }
        let mask = try padding.map { (padding) throws(TorchError) in
            try padding.not().reshaped([shape[0], 1, 1, shape[1]])
        }
        let gathered = try heads(query).attention(keys: heads(key), values: heads(value), mask: mask)
        let related = try attendedNorm(nodes + attended(gathered.transposed(1, 2).reshaped(shape)))
        return try outputNorm(related + output(hidden(related).relu()))
    }
}
