import Torch
import TorchNN

// The parts of the attention that belong to one item, however many partners it meets.
extension CrossAttention {
    /// X Z^X / sqrt(d), `[items, rows, heads, d]`.
    func scaledQueries(_ x: Tensor, _ heads: Int) throws(TorchError) -> Tensor {
        let split = try query(x).splitHeads(heads)
        return try split / Double(split.shape[split.shape.count - 1]).squareRoot()
    }

    /// x / |x| pulled back through Z^O, so that its product with a key is the cosine's numerator,
    /// `[items, rows, heads, d]`.
    func unitRows(_ x: Tensor, _ heads: Int) throws(TorchError) -> Tensor {
        try x.normalized(-1, smallest: 1e-8).matmul(output.weight).splitHeads(heads)
    }

    /// Y Z^Y, keys and values in one, `[items, rows, heads, d]`.
    func keys(_ y: Tensor, _ heads: Int) throws(TorchError) -> Tensor { try keyValue(y).splitHeads(heads) }

    /// Gram matrices and `next`'s products of the values A_h = Z^O_h y_h, of items with equally many rows.
    /// - Parameter keys: `[items, rows, heads, d]`.
    /// - Returns: A A^T `[items, heads * rows, heads * rows]` and A X^T `[items, heads * rows, D]`.
    func tables(_ keys: Tensor, through next: Linear) throws(TorchError) -> (gram: Tensor, attended: Tensor) {
        let (items, rows, heads, width) = (keys.shape[0], keys.shape[1], keys.shape[2], keys.shape[3])
        let flat = try keys.reshaped([items * rows, heads, width])
        return try tables(factors(flat, through: next), flat, items: items)
    }

    /// The same for packed items of their own lengths, one behind the other: A A^T `[all values of all of them]` and A X^T
    /// `[heads * rows of all items, D]`. Neighbours of one length are computed together.
    /// - Parameter keys: `[rows of all items, heads, d]`.
    func tables(
        _ keys: Tensor, lengths: [Int], through next: Linear
    ) throws(TorchError) -> (gram: Tensor, attended: Tensor) {
        var runs: [(length: Int, items: Int)] = []
        for length in lengths {
            if let last = runs.last, last.length == length {
                runs[runs.count - 1].items += 1
            } else {
                runs.append((length, 1))
            }
        }
        // Split once: the gradient of a split is one concatenation, that of slices one full tensor a slice.
        let rows = runs.map { $0.length * $0.items }
        let factors = try factors(keys, through: next).split(rows, dimension: 1)
        let keysOfRun = try keys.split(rows)
        var grams: [Tensor] = []
        var attended: [Tensor] = []
        for (index, run) in runs.enumerated() {
            let tables = try tables(factors[index], keysOfRun[index], items: run.items)
            grams.append(try tables.gram.reshaped([-1]))
            attended.append(try tables.attended.reshaped([-1, tables.attended.shape[2]]))
        }
        return try (.concatenated(grams), .concatenated(attended))
    }

    /// The tables of items with equally many rows from `factors` `[heads, items * rows, 2 D]` and keys
    /// `[items * rows, heads, d]`.
    private func tables(
        _ factors: Tensor, _ keys: Tensor, items: Int
    ) throws(TorchError) -> (gram: Tensor, attended: Tensor) {
        let (rows, heads, width) = (keys.shape[0] / items, keys.shape[1], keys.shape[2])
        let joint = heads * width
        let both = try factors.split([joint, joint], dimension: 2)
        let half = try both[0].reshaped([heads, items, rows, heads, width]).permuted([1, 3, 0, 2, 4])
            .reshaped([items * heads, heads * rows, width])
        let gram = try half.matmul(
            keys.reshaped([items, rows, heads, width]).permuted([0, 2, 3, 1]).reshaped([items * heads, width, rows])
        )
        .reshaped([items, heads, heads * rows, rows]).transposed(1, 2)
        .reshaped([items, heads * rows, heads * rows])
        let attended = try both[1].reshaped([heads, items, rows, joint]).transposed(0, 1)
            .reshaped([items, heads * rows, joint])
        return (gram, attended)
    }

    /// y_h (Z^O_h^T Z^O) and y_h (X Z^O_h)^T side by side, `[heads, rows, 2 D]`, for keys `[rows, heads, d]`.
    ///
    /// Z^O is multiplied with itself and with X first, D^3 once: going through A_h would cost heads x rows x D^2 an item.
    private func factors(_ keys: Tensor, through next: Linear) throws(TorchError) -> Tensor {
        let (heads, width) = (keys.shape[1], keys.shape[2])
        let own = try output.weight.transposed().matmul(output.weight)
        let through = try next.weight.matmul(output.weight).transposed()
        let both = try Tensor.concatenated([own, through], dimension: 1)
        return try keys.transposed(0, 1).matmul(both.reshaped([heads, width, -1]))
    }
}

extension Tensor {
    /// `[..., D]` to `[..., heads, D / heads]`.
    func splitHeads(_ heads: Int) throws(TorchError) -> Tensor {
        try reshaped(shape.dropLast() + [heads, shape[shape.count - 1] / heads])
    }
}
