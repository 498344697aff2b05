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

    /// Z^O_h y_h, `[items, heads, rows, D]`; with `next`, that layer's product with it.
    ///
    /// The layer is multiplied into Z^O first: D^3 once instead of heads x rows x D^2 an item.
    func values(_ keys: Tensor, through next: Linear? = nil) throws(TorchError) -> Tensor {
        let weight =
            try next.map { layer throws(TorchError) in try layer.weight.matmul(output.weight) } ?? output.weight
        let shape = keys.shape
        let (heads, width) = (shape[shape.count - 2], shape[shape.count - 1])
        return try .einsum("bnhd,ohd->bhno", keys, weight.reshaped([-1, heads, width]))
    }
}

extension Tensor {
    /// `[..., D]` to `[..., heads, D / heads]`.
    func splitHeads(_ heads: Int) throws(TorchError) -> Tensor {
        try reshaped(shape.dropLast() + [heads, shape[shape.count - 1] / heads])
    }
}
