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
        let joint = heads * width
        let factors = try factors(keys.reshaped([items * rows, heads, width]), through: next)
        let attended = try factors.sliced(2, joint..<2 * joint).reshaped([heads, items, rows, joint])
            .transposed(0, 1).reshaped([items, heads * rows, joint])
        let half = try factors.sliced(2, 0..<joint).reshaped([heads, items, rows, heads, width])
            .permuted([1, 3, 0, 2, 4]).reshaped([items * heads, heads * rows, width])
        let gram = try half.matmul(keys.permuted([0, 2, 3, 1]).reshaped([items * heads, width, rows]))
            .reshaped([items, heads, heads * rows, rows]).transposed(1, 2).reshaped([items, heads * rows, heads * rows])
        return (gram, attended)
    }

    /// The same for packed items of their own lengths, one tensor an item: A A^T `[heads * rows, heads * rows]` and
    /// A X^T `[heads * rows, D]`.
    /// - Parameter keys: `[rows of all items, heads, d]`.
    func tables(
        _ keys: Tensor, lengths: [Int], through next: Linear
    ) throws(TorchError) -> (grams: [Tensor], attended: [Tensor]) {
        let (heads, width) = (keys.shape[1], keys.shape[2])
        let joint = heads * width
        // Split once: the gradient of a split is one concatenation, that of slices one full tensor a slice.
        let factors = try factors(keys, through: next).split(lengths, dimension: 1)
        let keysOfItem = try keys.split(lengths)
        var grams: [Tensor] = []
        var attended: [Tensor] = []
        for (item, rows) in lengths.enumerated() {
            let both = try factors[item].split([joint, joint], dimension: 2)
            let half = try both[0].reshaped([heads * rows, heads, width]).transposed(0, 1)
            let gram = try half.matmul(keysOfItem[item].permuted([1, 2, 0])).transposed(0, 1)
            grams.append(try gram.reshaped([heads * rows, heads * rows]))
            attended.append(try both[1].reshaped([heads * rows, joint]))
        }
        return (grams, attended)
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
