import TextEncoding
import Torch
import TorchNN

/// One layer of graph attention over complete graphs, as DSRAN has it: eight heads h of d = D / 8 numbers,
///
///     a^h_ij = softmax_j((Q^h x_i) . (K^h x_j) / sqrt(d))
///     x'_i = norm(x_i + W [sum_j a^1_ij V^1 x_j; ...; sum_j a^8_ij V^8 x_j])
///     x''_i = norm(x'_i + W_2 relu(W_1 x'_i))
///
/// with biases in every layer and batch normalisation over all nodes of the batch.
struct DSRANGraphAttention: Sendable {
    static let heads = 8

    let query, key, value, attended, hidden, output: Linear
    let attendedNorm, outputNorm: BatchNorm

    init(_ scope: ParameterScope, dimension: Int) throws(TorchError) {
        guard dimension % Self.heads == 0 else {
            throw TorchError(
                operation: "DSRAN", reason: "expected joint_dimension divisible by \(Self.heads), found \(dimension)")
        }
        query = try Linear(scope / "query", from: dimension, to: dimension)
        key = try Linear(scope / "key", from: dimension, to: dimension)
        value = try Linear(scope / "value", from: dimension, to: dimension)
        attended = try Linear(scope / "attended", from: dimension, to: dimension)
        attendedNorm = try BatchNorm(scope / "attended_norm", width: dimension)
        hidden = try Linear(scope / "hidden", from: dimension, to: dimension)
        output = try Linear(scope / "output", from: dimension, to: dimension)
        outputNorm = try BatchNorm(scope / "output_norm", width: dimension)
    }

    /// Graphs of as many nodes each, `[graphs, nodes, D]`, to the same shape.
    func callAsFunction(_ nodes: Tensor, isTraining: Bool) throws(TorchError) -> Tensor {
        let (shape, rows) = (nodes.shape, try nodes.reshaped([-1, nodes.shape[2]]))
        let parts = try [query, key, value].map { (layer) throws(TorchError) in try layer(nodes) }
        let gathered = try Self.gathered(parts, mask: nil).reshaped(rows.shape)
        return try related(rows, gathered, isTraining).reshaped(shape)
    }

    /// Texts whose words are nodes, to the same. A padded word takes part in nothing; statistics know none either.
    func callAsFunction(_ texts: TextBatch, isTraining: Bool) throws(TorchError) -> TextBatch {
        let width = texts.rows.shape[1]
        let parts = try texts.replacingRows(
            .concatenated([query(texts.rows), key(texts.rows), value(texts.rows)], dimension: 1))
        // About 256 MiB of temporaries at once.
        let groups = texts.groups(mostWords: (1 << 26) / (8 * width))
        let gathered = try groups.places.map { (places) throws(TorchError) in
            let group = try parts.selecting(places)
            let padded = try group.padded()
            let mask = try padded.isPadding.not().reshaped([places.count, 1, 1, -1])
            let own = try Self.gathered(padded.rows.split([width, width, width], dimension: 2), mask: mask)
            return try TextBatch(padded: own, lengths: group.lengths)
        }
        return try texts.replacingRows(related(texts.rows, groups.restored(gathered).rows, isTraining))
    }

    /// What nodes gather of queries, keys and values, each `[graphs, nodes, D]`, all heads side by side.
    private static func gathered(_ parts: [Tensor], mask: Tensor?) throws(TorchError) -> Tensor {
        let shape = parts[0].shape
        let byHead = try parts.map { (part) throws(TorchError) in
            try part.reshaped([shape[0], shape[1], heads, shape[2] / heads]).transposed(1, 2)
        }
        return try byHead[0].attention(keys: byHead[1], values: byHead[2], mask: mask).transposed(1, 2).reshaped(shape)
    }

    /// x'' of nodes `[rows, D]` and what they gather.
    private func related(_ nodes: Tensor, _ gathered: Tensor, _ isTraining: Bool) throws(TorchError) -> Tensor {
        let first = try attendedNorm((nodes + attended(gathered)).to(.float32), isTraining: isTraining)
        return try outputNorm((first + output(hidden(first).relu())).to(.float32), isTraining: isTraining)
    }
}
