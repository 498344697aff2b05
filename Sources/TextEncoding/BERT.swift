package import Torch
package import TorchNN

/// BERT's encoder (Devlin et al. 2019) under the parameter names of Hugging Face's `BertModel`, without its pooler.
package struct BERT: Sendable {
    let configuration: BERTConfiguration
    private let words, positions, tokenTypes: Embedding
    private let norm: LayerNorm
    private let layers: Transformer

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
        layers = try Transformer(scope / "encoder" / "layer", configuration.transformer, names: .bert)
    }

    /// Rows of the word table.
    package var vocabularySize: Int { words.weight.shape[0] }

    /// The shape of its layers.
    package var transformer: TransformerConfiguration { configuration.transformer }

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
        return try layers(hidden, mask: mask.map { .keys($0) } ?? .none, training: training)
    }
}
