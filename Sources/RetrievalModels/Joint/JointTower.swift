import Torch
import TorchNN

/// BERT's layers over one side of a pair, and a vector made of its first state: Linear_2H->D( LN(gelu(Linear_H->2H(h_0))) ).
struct JointTower: Sendable {
    private let layers: Transformer
    private let inner, output: Linear
    private let norm: LayerNorm

    /// Builds it along `encoder.layer.*` and `projection.*`; D is H.
    init(_ scope: ParameterScope, _ configuration: JointConfiguration) throws(TorchError) {
        let width = configuration.jointDimension
        layers = try Transformer(scope / "encoder" / "layer", configuration.shape.transformer, names: .bert)
        let scope = scope / "projection"
        inner = try Linear(scope / "inner", from: width, to: 2 * width)
        norm = try LayerNorm(scope / "LayerNorm", width: 2 * width, epsilon: JointEncoder.epsilon)
        output = try Linear(scope / "output", from: 2 * width, to: width)
    }

    /// h `[items, places, H]`.
    func states(_ items: Tensor, mask: AttentionMask = .none, training: Bool) throws(TorchError) -> Tensor {
        try layers(items, mask: mask, training: training)
    }

    /// Vectors `[items, D]` of first states `[items, H]`.
    func vectors(first states: Tensor) throws(TorchError) -> Tensor {
        try output(norm(inner(states).gelu().to(.float32))).to(.float32)
    }
}
