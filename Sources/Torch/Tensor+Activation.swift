/// What is done to every element of a layer's result.
package enum Activation: Sendable, Equatable {
    case none
    /// max(x, 0).
    case relu
    /// min(max(x, 0), 6).
    case relu6
    /// x Phi(x), with the normal distribution's Phi by the error function (Hendrycks and Gimpel 2016).
    case gelu
    /// The same with Phi by its tanh approximation.
    case geluTanh
    /// x sigmoid(1.702 x), which OpenAI's CLIP takes for x Phi(x).
    case quickGELU
}

extension Activation {
    /// Whether oneDNN has it.
    var isFused: Bool { self != .quickGELU }

    /// oneDNN's name for it.
    var fusedName: Argument {
        switch self {
        case .none, .quickGELU: .string("none")
        case .relu: .string("relu")
        case .relu6: .string("hardtanh")
        case .gelu, .geluTanh: .string("gelu")
        }
    }

    /// Its parameters in oneDNN.
    var fusedBounds: Argument { .scalars(self == .relu6 ? [0, 6] : []) }

    /// Which of its forms.
    var fusedAlgorithm: Argument {
        switch self {
        case .gelu: .string("none")
        case .geluTanh: .string("tanh")
        default: .none
        }
    }

    /// The factor within `quickGELU`.
    fileprivate static let quickFactor = 1.702
}

extension Tensor {
    /// The activation of every element.
    package func activated(_ activation: Activation) throws(TorchError) -> Tensor {
        switch activation {
        case .none: self
        case .relu: try relu()
        case .relu6: try Operators.clamp(.tensor(self), .double(0), .double(6))
        case .gelu: try gelu()
        case .geluTanh: try gelu(tanhApproximation: true)
        case .quickGELU: try self * (self * Activation.quickFactor).sigmoid()
        }
    }

    /// Overwrites every element in place with its activation; no gradient may be wanted of it.
    package func activate(_ activation: Activation) throws(TorchError) {
        switch activation {
        case .none: break
        case .relu: try Operators.reluInPlace(.tensor(self))
        case .relu6: try Operators.clampInPlace(.tensor(self), .double(0), .double(6))
        case .gelu: try Operators.geluInPlace(.tensor(self), .string("none"))
        case .geluTanh: try Operators.geluInPlace(.tensor(self), .string("tanh"))
        case .quickGELU:
            // x sigmoid(1.702 x) = silu(1.702 x) / 1.702, without memory for another tensor.
            try Operators.multiplyScalarInPlace(.tensor(self), .double(Activation.quickFactor))
            try Operators.siluInPlace(.tensor(self))
            try Operators.multiplyScalarInPlace(.tensor(self), .double(1 / Activation.quickFactor))
        }
    }
}
