import Torch
import TorchNN

/// Whether an edge leads from one phrase to another: a^T U b + c of their first states, which have met no image.
struct LinkHead: Sendable {
    /// U `[H, H]` and c.
    private let weight, bias: Tensor

    /// Builds it along `weight` and `bias`.
    init(_ scope: ParameterScope, _ configuration: JointConfiguration) throws(TorchError) {
        let width = configuration.jointDimension
        weight = try scope.parameter("weight", [width, width], .normal(1 / Double(width)))
        bias = try scope.parameter("bias", [], .zeros)
    }

    /// Logits `[edges]` of edges from a to b, `[edges, H]` each.
    func callAsFunction(_ a: Tensor, _ b: Tensor) throws(TorchError) -> Tensor {
        try (a.matmul(weight).to(.float32) * b.to(.float32)).sum(1) + bias
    }
}
