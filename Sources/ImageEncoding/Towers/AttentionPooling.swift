import Torch
import TorchNN

/// One vector of many states: a learned query attends to them, and a network is added (Zhai et al. 2022, "Scaling Vision
/// Transformers", multihead attention pooling).
struct AttentionPooling: Sendable {
    private let layers: TransformerConfiguration
    private let probe: Tensor
    private let joined, output: Linear
    private let norm: LayerNorm
    private let network: FeedForward

    /// Parameters `probe`, `attention.*`, `layernorm.*` and `mlp.*`.
    init(_ scope: ParameterScope, _ layers: TransformerConfiguration) throws(TorchError) {
        self.layers = layers
        let (width, attention) = (layers.width, scope / "attention")
        probe = try scope.parameter("probe", [1, 1, width], .normal(0.02))
        joined = Linear(
            weight: try attention.parameter("in_proj_weight", [3 * width, width], .normal(0.02), role: .matrix),
            bias: try attention.parameter("in_proj_bias", [3 * width], .zeros))
        output = try Linear(attention / "out_proj", from: width, to: width)
        norm = try LayerNorm(scope / "layernorm", width: width, epsilon: layers.epsilon)
        network = try FeedForward(
            inner: scope / "mlp" / "fc1", output: scope / "mlp" / "fc2", width: width, innerWidth: layers.innerWidth,
            activation: layers.activation)
    }

    /// `[batch, states, width]` to `[batch, width]`.
    func callAsFunction(_ states: Tensor) throws(TorchError) -> Tensor {
        let batch = states.shape[0]
        let query = try part(0)(probe.expanded([batch, 1, layers.width]), activation: .none)
        let attended = try Tensor.attended(
            query, keys: part(1)(states, activation: .none), values: part(2)(states, activation: .none),
            heads: layers.headCount)
        return try finish(attended).squeezed(1)
    }

    /// What each state alone would give, `[batch, states, width]` to the same: all attention is then its.
    func each(_ states: Tensor) throws(TorchError) -> Tensor { try finish(part(2)(states, activation: .none)) }

    private func finish(_ attended: Tensor) throws(TorchError) -> Tensor {
        let y = try output(attended, activation: .none).to(.float32)
        return try y + network(norm(y))
    }

    /// The product of queries, keys or values.
    private func part(_ index: Int) throws(TorchError) -> Linear {
        let rows = index * layers.width..<(index + 1) * layers.width
        return Linear(weight: try joined.weight.sliced(0, rows), bias: try joined.bias?.sliced(0, rows))
    }
}
