extension Tensor {
    /// The same elements in another shape; one size may be -1.
    package func reshaped(_ shape: [Int]) throws(TorchError) -> Tensor {
        try Operators.reshape(.tensor(self), .ints(shape))
    }
    /// Two dimensions swapped (a view).
    package func transposed(_ first: Int = -2, _ second: Int = -1) throws(TorchError) -> Tensor {
        try Operators.transpose(.tensor(self), .int(first), .int(second))
    }
    /// Dimensions reordered (a view).
    package func permuted(_ order: [Int]) throws(TorchError) -> Tensor {
        try Operators.permute(.tensor(self), .ints(order))
    }
    /// A dimension of size one put in.
    package func unsqueezed(_ dimension: Int) throws(TorchError) -> Tensor {
        try Operators.unsqueeze(.tensor(self), .int(dimension))
    }
    /// A dimension of size one taken out.
    package func squeezed(_ dimension: Int) throws(TorchError) -> Tensor {
        try Operators.squeeze(.tensor(self), .int(dimension))
    }
    /// Dimensions of size one repeated to `shape`, without copying.
    package func expanded(_ shape: [Int]) throws(TorchError) -> Tensor {
        try Operators.expand(.tensor(self), .ints(shape))
    }
    /// Itself, or a copy in C order.
    package func contiguous() throws(TorchError) -> Tensor { try Operators.contiguous(.tensor(self)) }
    /// The same memory outside the graph.
    package func detached() throws(TorchError) -> Tensor { try Operators.detach(.tensor(self)) }
    /// A copy.
    package func cloned() throws(TorchError) -> Tensor { try Operators.clone(.tensor(self)) }
    /// Zeros of this shape, type and device.
    package func zerosLike() throws(TorchError) -> Tensor { try Operators.zerosLike(.tensor(self)) }
    /// One index of a dimension, which goes away.
    package func selected(_ dimension: Int, _ index: Int) throws(TorchError) -> Tensor {
        try Operators.select(.tensor(self), .int(dimension), .int(index))
    }
    /// A range of a dimension (a view).
    package func sliced(_ dimension: Int, _ range: Range<Int>) throws(TorchError) -> Tensor {
        try Operators.slice(.tensor(self), .int(dimension), .int(range.lowerBound), .int(range.upperBound), .int(1))
    }
    /// The rows of `dimension` named by an int64 vector, in its order.
    package func indexSelect(_ indices: Tensor, dimension: Int = 0) throws(TorchError) -> Tensor {
        try Operators.indexSelect(.tensor(self), .int(dimension), .tensor(indices))
    }
    /// A copy in which the rows of `dimension` that `indices` name are those of `source`.
    package func replacing(_ indices: Tensor, dimension: Int = 0, with source: Tensor) throws(TorchError) -> Tensor {
        try Operators.indexCopy(.tensor(self), .int(dimension), .tensor(indices), .tensor(source))
    }
    /// Rows of a table `[rows, width]` for indices of any shape: `[indices..., width]`.
    package func embedding(_ indices: Tensor) throws(TorchError) -> Tensor {
        try Operators.embedding(.tensor(self), .tensor(indices))
    }
    /// The diagonal of a matrix (a view).
    package func diagonal() throws(TorchError) -> Tensor { try Operators.diagonal(.tensor(self)) }
    /// Parts of the given sizes along a dimension (views).
    package func split(_ sizes: [Int], dimension: Int = 0) throws(TorchError) -> [Tensor] {
        try Operators.split.list(.tensor(self), .ints(sizes), .int(dimension))
    }
    /// Joined along a dimension.
    package static func concatenated(_ tensors: [Tensor], dimension: Int = 0) throws(TorchError) -> Tensor {
        try Operators.concatenate(.tensors(tensors), .int(dimension))
    }
    /// Joined along a new dimension.
    package static func stacked(_ tensors: [Tensor], dimension: Int = 0) throws(TorchError) -> Tensor {
        try Operators.stack(.tensors(tensors), .int(dimension))
    }
    /// Converted to another element type (itself when it has that type).
    package func to(_ dtype: DType) throws(TorchError) -> Tensor {
        try Operators.toDType(.tensor(self), .dtype(dtype))
    }
    /// Moved to another device (itself when it is there).
    package func to(device: Device) throws(TorchError) -> Tensor {
        if device == self.device { return self }
        return try Operators.toDevice(.tensor(self), .device(device), .dtype(dtype))
    }
}
