package import Torch

/// One transformer layer: attention and a two-layer network, each added to its input, with normalisation before or after.
struct TransformerLayer: Sendable {
    private let configuration: TransformerConfiguration
    private let query, key, value, attentionOutput: Linear
    private let attentionNorm, outputNorm: LayerNorm
    private let network: FeedForward

    init(
        _ scope: ParameterScope, _ configuration: TransformerConfiguration, _ names: TransformerNames
    ) throws(TorchError) {
        self.configuration = configuration
        let (width, epsilon) = (configuration.width, configuration.epsilon)
        query = try Linear(scope / names.query, from: width, to: width)
        key = try Linear(scope / names.key, from: width, to: width)
        value = try Linear(scope / names.value, from: width, to: width)
        attentionOutput = try Linear(scope / names.attentionOutput, from: width, to: width)
        attentionNorm = try LayerNorm(scope / names.attentionNorm, width: width, epsilon: epsilon)
        network = try FeedForward(
            inner: scope / names.inner, output: scope / names.output, width: width,
            innerWidth: configuration.innerWidth,
            activation: configuration.activation)
        outputNorm = try LayerNorm(scope / names.outputNorm, width: width, epsilon: epsilon)
    }

    /// `[batch, places, width]` to the same.
    /// - Parameter looking: The places whose states are wanted, `[batch, looking places, width]`; all when nil.
    func callAsFunction(
        _ x: Tensor, from looking: Tensor? = nil, mask: AttentionMask, training: Bool
    ) throws(TorchError) -> Tensor {
        let start = looking ?? x
        switch configuration.norm {
        case .before:
            let seen = try normalized(x)
            let middle = try start + drop(attend(looking.map(normalized) ?? seen, seen, mask, training), training)
            return try middle + drop(network(outputNorm(middle)), training)
        case .after:
            let middle = try attentionNorm(start + drop(attend(start, x, mask, training), training))
            return try outputNorm(middle + drop(network(middle), training))
        }
    }

    /// In the products' type, once for all three.
    private func normalized(_ x: Tensor) throws(TorchError) -> Tensor { try attentionNorm(x).to(query.weight.dtype) }

    private func attend(
        _ looking: Tensor, _ seen: Tensor, _ mask: AttentionMask, _ training: Bool
    ) throws(TorchError) -> Tensor {
        let attended = try Tensor.attended(
            query(looking, activation: .none), keys: key(seen, activation: .none),
            values: value(seen, activation: .none),
            heads: configuration.headCount, mask: mask, dropout: training ? configuration.attentionDropout : 0)
        return try attentionOutput(attended, activation: .none)
    }

    private func drop(_ y: Tensor, _ training: Bool) throws(TorchError) -> Tensor {
        training && configuration.hiddenDropout > 0 ? try y.dropout(configuration.hiddenDropout) : y
    }
}

/// Two products with an activation between them.
package struct FeedForward: Sendable {
    private let inner, output: Linear
    private let activation: Activation

    /// Parameters of two linear layers.
    package init(
        inner: ParameterScope, output: ParameterScope, width: Int, innerWidth: Int, activation: Activation
    ) throws(TorchError) {
        self.inner = try Linear(inner, from: width, to: innerWidth)
        self.output = try Linear(output, from: innerWidth, to: width)
        self.activation = activation
    }

    /// `[..., width]` to the same.
    package func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        try output(inner(x, activation: activation), activation: .none)
    }
}

extension Tensor {
    /// Attention of several heads, `[batch, looking places, width]` from keys and values `[batch, places, width]`.
    package static func attended(
        _ queries: Tensor, keys: Tensor, values: Tensor, heads: Int, mask: AttentionMask = .none, dropout: Double = 0
    ) throws(TorchError) -> Tensor {
        let (batch, places, width) = (queries.shape[0], queries.shape[1], queries.shape[2])
        func split(_ projected: Tensor) throws(TorchError) -> Tensor {
            try projected.reshaped([batch, -1, heads, width / heads]).transposed(1, 2)
        }
        let (isCausal, shown): (Bool, Tensor?) =
            switch mask {
            case .none: (false, nil)
            case .causal: (true, nil)
            case .keys(let keys): (false, try keys.unsqueezed(1).unsqueezed(1))
            case .pairs(let pairs): (false, pairs)
            }
        return try split(queries)
            .attention(keys: split(keys), values: split(values), mask: shown, isCausal: isCausal, dropout: dropout)
            .transposed(1, 2).reshaped([batch, places, width])
    }
}
