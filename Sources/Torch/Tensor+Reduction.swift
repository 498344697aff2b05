extension Tensor {
    /// The sum of all elements.
    public func sum() throws(TorchError) -> Tensor { try Operators.sumAll(.tensor(self)) }
    /// Sums over dimensions.
    public func sum(_ dimensions: Int..., keepingDimensions: Bool = false) throws(TorchError) -> Tensor {
        try Operators.sum(.tensor(self), .ints(dimensions), .bool(keepingDimensions))
    }
    /// The mean of all elements.
    public func mean() throws(TorchError) -> Tensor { try Operators.meanAll(.tensor(self)) }
    /// Means over dimensions.
    public func mean(_ dimensions: Int..., keepingDimensions: Bool = false) throws(TorchError) -> Tensor {
        try Operators.mean(.tensor(self), .ints(dimensions), .bool(keepingDimensions))
    }
    /// The greatest element along a dimension.
    public func maximum(_ dimension: Int) throws(TorchError) -> Tensor {
        try Operators.maximum(.tensor(self), .ints([dimension]))
    }
    /// Where the greatest element along a dimension stands.
    public func maximumIndex(_ dimension: Int) throws(TorchError) -> Tensor {
        try Operators.maximumIndex(.tensor(self), .int(dimension))
    }
    /// Euclidean length along a dimension.
    public func norm(_ dimension: Int, keepingDimensions: Bool = false) throws(TorchError) -> Tensor {
        try Operators.vectorNorm(.tensor(self), .double(2), .ints([dimension]), .bool(keepingDimensions))
    }
    /// The logarithm of the sum of exponentials along a dimension.
    public func logSumExp(_ dimension: Int) throws(TorchError) -> Tensor {
        try Operators.logSumExp(.tensor(self), .ints([dimension]))
    }
    /// Exponentials along a dimension, scaled to sum to one.
    public func softmax(_ dimension: Int) throws(TorchError) -> Tensor {
        try Operators.softmax(.tensor(self), .int(dimension))
    }
    /// Divided by its Euclidean length along a dimension, the length at least `smallest`.
    public func normalized(_ dimension: Int, smallest: Double = 1e-12) throws(TorchError) -> Tensor {
        try self / norm(dimension, keepingDimensions: true).clamped(min: smallest)
    }
}
