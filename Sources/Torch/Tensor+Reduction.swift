extension Tensor {
    /// The sum of all elements.
    package func sum() throws(TorchError) -> Tensor { try Operators.sumAll(.tensor(self)) }
    /// Sums over dimensions.
    package func sum(_ dimensions: Int..., keepingDimensions: Bool = false) throws(TorchError) -> Tensor {
        try Operators.sum(.tensor(self), .ints(dimensions), .bool(keepingDimensions))
    }
    /// The mean of all elements.
    package func mean() throws(TorchError) -> Tensor { try Operators.meanAll(.tensor(self)) }
    /// Means over dimensions.
    package func mean(_ dimensions: Int..., keepingDimensions: Bool = false) throws(TorchError) -> Tensor {
        try Operators.mean(.tensor(self), .ints(dimensions), .bool(keepingDimensions))
    }
    /// The greatest element along a dimension.
    package func maximum(_ dimension: Int) throws(TorchError) -> Tensor {
        try Operators.maximum(.tensor(self), .ints([dimension]))
    }
    /// The least and the greatest of all elements, both NaN where any is; nil where there are none.
    package func extremes() throws(TorchError) -> (least: Double, greatest: Double)? {
        if count == 0 { return nil }
        return (
            try Operators.minimum(.tensor(self), .ints([])).item(),
            try Operators.maximum(.tensor(self), .ints([])).item()
        )
    }
    /// Where the greatest element along a dimension stands.
    package func maximumIndex(_ dimension: Int) throws(TorchError) -> Tensor {
        try Operators.maximumIndex(.tensor(self), .int(dimension))
    }
    /// Euclidean length along a dimension.
    package func norm(_ dimension: Int, keepingDimensions: Bool = false) throws(TorchError) -> Tensor {
        try Operators.vectorNorm(.tensor(self), .double(2), .ints([dimension]), .bool(keepingDimensions))
    }
    /// The logarithm of the sum of exponentials along a dimension.
    package func logSumExp(_ dimension: Int) throws(TorchError) -> Tensor {
        try Operators.logSumExp(.tensor(self), .ints([dimension]))
    }
    /// Exponentials along a dimension, scaled to sum to one.
    package func softmax(_ dimension: Int) throws(TorchError) -> Tensor {
        try Operators.softmax(.tensor(self), .int(dimension))
    }
    /// Divided by its Euclidean length along a dimension, the length at least `smallest`.
    package func normalized(_ dimension: Int, smallest: Double = 1e-12) throws(TorchError) -> Tensor {
        try self / norm(dimension, keepingDimensions: true).clamped(min: smallest)
    }
}
