package import Torch
package import TorchNN

/// BERT's encoder (Devlin et al. 2019) under the parameter names of Hugging Face's `BertModel`, without its pooler.
package struct BERT: Sendable {
    let configuration: BERTConfiguration
    private let words, positions, tokenTypes: Embedding
    private let norm: LayerNorm
    private let layers: [BERTLayer]

    /// Parameters `embeddings.*` and `encoder.layer.*`.
    package init(_ scope: ParameterScope, _ configuration: BERTConfiguration) throws(TorchError) {
        self.configuration = configuration
        let embeddings = scope / "embeddings"
        let width = configuration.hiddenSize
        // A table may have rows beyond the vocabulary, for the sake of round sizes; nothing looks them up.
        let rows = (embeddings / "word_embeddings").checkpointShape("weight")?.first ?? 0
        words = try Embedding(
            embeddings / "word_embeddings", count: max(rows, configuration.vocabularySize), width: width)
        positions = try Embedding(embeddings / "position_embeddings", count: configuration.positionCount, width: width)
        tokenTypes = try Embedding(
            embeddings / "token_type_embeddings", count: configuration.tokenTypeCount, width: width)
        norm = try LayerNorm(embeddings / "LayerNorm", width: width, epsilon: configuration.layerNormEpsilon)
        var layers: [BERTLayer] = []
        for index in 0..<configuration.layerCount {
            layers.append(try BERTLayer(scope / "encoder" / "layer" / "\(index)", configuration))
        }
        self.layers = layers
    }

    /// Rows of the word table.
    var vocabularySize: Int { words.weight.shape[0] }

    /// Input embeddings, before positions are added: int64 `[tokens]` to `[tokens, hidden]`.
    package func embed(_ ids: Tensor) throws(TorchError) -> Tensor { try words(ids) }

    /// The last hidden state, `[batch, tokens, hidden]`.
    /// - Parameters:
    ///   - embeddings: `[batch, tokens, hidden]`, anything at padding.
    ///   - mask: bool `[batch, tokens]`, true at real tokens; nil when all are.
    ///   - training: Whether dropout acts.
    package func callAsFunction(
        embeddings: Tensor, mask: Tensor?, training: Bool = false
    ) throws(TorchError) -> Tensor {
        let tokens = embeddings.shape[1]
        let places = try positions.weight.sliced(0, 0..<tokens) + tokenTypes.weight.selected(0, 0)
        var hidden = try norm(embeddings + places)
        if training { hidden = try hidden.dropout(configuration.hiddenDropout) }
        let keys = try mask?.unsqueezed(1).unsqueezed(1)
        for layer in layers { hidden = try layer(hidden, keys, training: training) }
        return hidden
    }
}

/// One transformer layer: self attention and a two-layer network, each added to its input and normalised.
struct BERTLayer: Sendable {
    private let configuration: BERTConfiguration
    private let query, key, value, attentionOutput, intermediate, output: Linear
    private let attentionNorm, outputNorm: LayerNorm

    init(_ scope: ParameterScope, _ configuration: BERTConfiguration) throws(TorchError) {
        self.configuration = configuration
        let width = configuration.hiddenSize
        let attention = scope / "attention"
        query = try Linear(attention / "self" / "query", from: width, to: width)
        key = try Linear(attention / "self" / "key", from: width, to: width)
        value = try Linear(attention / "self" / "value", from: width, to: width)
        attentionOutput = try Linear(attention / "output" / "dense", from: width, to: width)
        let epsilon = configuration.layerNormEpsilon
        attentionNorm = try LayerNorm(attention / "output" / "LayerNorm", width: width, epsilon: epsilon)
        intermediate = try Linear(scope / "intermediate" / "dense", from: width, to: configuration.intermediateSize)
        output = try Linear(scope / "output" / "dense", from: configuration.intermediateSize, to: width)
        outputNorm = try LayerNorm(scope / "output" / "LayerNorm", width: width, epsilon: epsilon)
    }

    func callAsFunction(_ x: Tensor, _ mask: Tensor?, training: Bool) throws(TorchError) -> Tensor {
        let (batch, tokens, width) = (x.shape[0], x.shape[1], x.shape[2])
        let heads = configuration.headCount
        func split(_ projected: Tensor) throws(TorchError) -> Tensor {
            try projected.reshaped([batch, tokens, heads, width / heads]).transposed(1, 2)
        }
        func drop(_ y: Tensor) throws(TorchError) -> Tensor {
            training ? try y.dropout(configuration.hiddenDropout) : y
        }
        let attended = try split(query(x)).attention(
            keys: split(key(x)), values: split(value(x)), mask: mask,
            dropout: training ? configuration.attentionDropout : 0)
        let joined = try attended.transposed(1, 2).reshaped([batch, tokens, width])
        let middle = try attentionNorm(x + drop(attentionOutput(joined)))
        return try outputNorm(middle + drop(output(activate(intermediate(middle)))))
    }

    private func activate(_ x: Tensor) throws(TorchError) -> Tensor {
        switch configuration.activation {
        case .gelu: try x.gelu()
        case .geluTanh: try x.gelu(tanhApproximation: true)
        case .relu: try x.relu()
        }
    }
}
