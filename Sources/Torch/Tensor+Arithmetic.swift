extension Tensor {
    /// Element by element, shapes broadcast.
    package static func + (left: Tensor, right: Tensor) throws(TorchError) -> Tensor {
        try Operators.add(.tensor(left), .tensor(right))
    }
    /// Adds a number to every element.
    package static func + (left: Tensor, right: Double) throws(TorchError) -> Tensor {
        try Operators.addScalar(.tensor(left), .double(right))
    }
    /// Element by element, shapes broadcast.
    package static func - (left: Tensor, right: Tensor) throws(TorchError) -> Tensor {
        try Operators.subtract(.tensor(left), .tensor(right))
    }
    /// Subtracts every element from a number.
    package static func - (left: Double, right: Tensor) throws(TorchError) -> Tensor {
        try Operators.reverseSubtractScalar(.tensor(right), .double(left))
    }
    /// Element by element, shapes broadcast.
    package static func * (left: Tensor, right: Tensor) throws(TorchError) -> Tensor {
        try Operators.multiply(.tensor(left), .tensor(right))
    }
    /// Multiplies every element by a number.
    package static func * (left: Tensor, right: Double) throws(TorchError) -> Tensor {
        try Operators.multiplyScalar(.tensor(left), .double(right))
    }
    /// Element by element, shapes broadcast.
    package static func / (left: Tensor, right: Tensor) throws(TorchError) -> Tensor {
        try Operators.divide(.tensor(left), .tensor(right))
    }
    /// Divides every element by a number.
    package static func / (left: Tensor, right: Double) throws(TorchError) -> Tensor {
        try Operators.divideScalar(.tensor(left), .double(right))
    }
    /// Changes every sign.
    package static prefix func - (tensor: Tensor) throws(TorchError) -> Tensor {
        try Operators.negate(.tensor(tensor))
    }

    /// e to the power of every element.
    package func exp() throws(TorchError) -> Tensor { try Operators.exp(.tensor(self)) }
    /// Natural logarithm of every element.
    package func log() throws(TorchError) -> Tensor { try Operators.log(.tensor(self)) }
    /// Square root of every element.
    package func sqrt() throws(TorchError) -> Tensor { try Operators.sqrt(.tensor(self)) }
    /// 1 / (1 + e^-x).
    package func sigmoid() throws(TorchError) -> Tensor { try Operators.sigmoid(.tensor(self)) }
    /// Hyperbolic tangent.
    package func tanh() throws(TorchError) -> Tensor { try Operators.tanh(.tensor(self)) }
    /// max(x, 0).
    package func relu() throws(TorchError) -> Tensor { try Operators.relu(.tensor(self)) }
    /// x where it is positive, `slope` x where it is not.
    package func leakyRelu(slope: Double) throws(TorchError) -> Tensor {
        try Operators.leakyRelu(.tensor(self), .double(slope))
    }
    /// x Phi(x), with the exact error function or its tanh approximation.
    package func gelu(tanhApproximation: Bool = false) throws(TorchError) -> Tensor {
        try Operators.gelu(.tensor(self), .string(tanhApproximation ? "tanh" : "none"))
    }
    /// max(x, lowest); no gradient flows where it clamps.
    package func clamped(min lowest: Double) throws(TorchError) -> Tensor {
        try Operators.clampMin(.tensor(self), .double(lowest))
    }
    /// Whether every element is neither NaN nor infinite.
    package func allFinite() throws(TorchError) -> Bool {
        try Operators.all(.tensor(Operators.isFinite(.tensor(self)))).item() != 0
    }

    /// True where the element equals the number.
    package func equals(_ number: Double) throws(TorchError) -> Tensor {
        try Operators.equalScalar(.tensor(self), .double(number))
    }
    /// True where the elements are equal, shapes broadcast.
    package func equals(_ other: Tensor) throws(TorchError) -> Tensor {
        try Operators.equal(.tensor(self), .tensor(other))
    }
    /// True where this element is the greater one, shapes broadcast.
    package func greater(than other: Tensor) throws(TorchError) -> Tensor {
        try Operators.greater(.tensor(self), .tensor(other))
    }
    /// True where the element is below the number.
    package func less(than number: Double) throws(TorchError) -> Tensor {
        try Operators.lessScalar(.tensor(self), .double(number))
    }
    /// True where this one is false.
    package func not() throws(TorchError) -> Tensor { try Operators.logicalNot(.tensor(self)) }
    /// True where both are.
    package func and(_ other: Tensor) throws(TorchError) -> Tensor {
        try Operators.logicalAnd(.tensor(self), .tensor(other))
    }
    /// True where either is.
    package func or(_ other: Tensor) throws(TorchError) -> Tensor {
        try Operators.logicalOr(.tensor(self), .tensor(other))
    }
    /// This where `mask` is true, `other` elsewhere, shapes broadcast.
    package func `where`(_ mask: Tensor, else other: Tensor) throws(TorchError) -> Tensor {
        try Operators.selectWhere(.tensor(mask), .tensor(self), .tensor(other))
    }
    /// `value` where `mask` is true, no gradient flows there.
    package func filled(where mask: Tensor, with value: Double) throws(TorchError) -> Tensor {
        try Operators.maskedFill(.tensor(self), .tensor(mask), .double(value))
    }

    /// Overwrites the elements in place with those of `source`, converted to this type.
    package func copy(from source: Tensor) throws(TorchError) {
        try Operators.copyInPlace(.tensor(self), .tensor(source))
    }
    /// Overwrites every element in place.
    package func fill(_ value: Double) throws(TorchError) {
        try Operators.fillInPlace(.tensor(self), .double(value))
    }
}
