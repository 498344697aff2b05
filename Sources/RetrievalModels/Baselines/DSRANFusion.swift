import Torch
import TorchNN

/// DSRAN's gated fusion of two vectors:
///
///     f_q = W_q J_q + b_q,   t = sigmoid(U_1 f_1 + c_1 + U_2 f_2 + c_2),   t * f_1 + (1 - t) * f_2
struct DSRANFusion: Sendable {
    let first, second, firstGate, secondGate: Linear

    init(_ scope: ParameterScope, dimension: Int) throws(TorchError) {
        first = try Linear(scope / "first", from: dimension, to: dimension)
        second = try Linear(scope / "second", from: dimension, to: dimension)
        firstGate = try Linear(scope / "first_gate", from: dimension, to: dimension)
        secondGate = try Linear(scope / "second_gate", from: dimension, to: dimension)
    }

    /// `[images, D]` twice to `[images, D]`.
    func callAsFunction(_ one: Tensor, _ other: Tensor) throws(TorchError) -> Tensor {
        let (one, other) = (try first(one), try second(other))
        let gate = try (firstGate(one) + secondGate(other)).sigmoid()
        return try other + gate * (one - other)
    }
}
