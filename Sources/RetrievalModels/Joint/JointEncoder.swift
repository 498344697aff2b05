import TextEncoding
import Torch
import TorchNN

/// One transformer over a text's words and an image's regions (Chen et al., ECCV 2020): BERT's layers on
/// `[t_1 .. t_L; e_1 .. e_K]`.
struct JointEncoder: Sendable {
    let words: JointWords
    let regions: JointRegions
    private let layers: Transformer
    private let pooler: Linear
    private let dropout: Double

    /// BERT's, added to variances.
    static let epsilon = 1e-12

    /// Builds it along `embeddings.*`, `image.*`, `encoder.layer.*` and `pooler.dense`.
    init(_ scope: ParameterScope, _ configuration: JointConfiguration) throws(TorchError) {
        words = try JointWords(scope / "embeddings", configuration.shape)
        regions = try JointRegions(scope / "image", configuration.shape)
        dropout = configuration.dropout
        layers = try Transformer(scope / "encoder" / "layer", configuration.shape.transformer, names: .bert)
        pooler = try Linear(
            scope / "pooler" / "dense", from: configuration.jointDimension, to: configuration.jointDimension)
    }

    /// t of word vectors.
    func embedded(_ texts: TextBatch, training: Bool) throws(TorchError) -> TextBatch {
        try words(texts, dropout: training ? dropout : 0)
    }

    /// e of v, `[images, K, H]`.
    func embedded(_ features: Tensor, of images: ImageBatch, training: Bool) throws(TorchError) -> Tensor {
        try regions(
            features, of: images, kind: words.kinds.weight.selected(0, 1), dropout: training ? dropout : 0)
    }

    /// States of pairs, of text i and image i: `[pairs, L, H]` with padding's, and `[pairs, K, H]`.
    func states(
        _ texts: TextBatch, _ regions: Tensor, training: Bool
    ) throws(TorchError) -> (words: Tensor, regions: Tensor) {
        try layers.states(texts, with: regions, training: training)
    }

    /// z `[pairs, H]` of pairs, of text i and image i.
    func pooled(_ texts: TextBatch, _ regions: Tensor, training: Bool) throws(TorchError) -> Tensor {
        let (pairs, mask) = try JointPairs.joined(texts, regions)
        let first = [Int](repeating: 0, count: pairs.shape[0])
        return try pooled(first: layers(pairs, mask: mask, at: first, training: training).squeezed(1))
    }

    /// States of texts that meet no image: `[texts, L, H]` with padding's.
    func states(_ texts: TextBatch, training: Bool) throws(TorchError) -> Tensor {
        let padded = try texts.padded()
        let mask = Set(texts.lengths).count > 1 ? AttentionMask.keys(try padded.isPadding.not()) : .none
        return try layers(padded.rows, mask: mask, training: training)
    }

    /// z `[pairs, H]` of pairs whose texts have one length: `[pairs, L + K, H]`. Of the last layer it is one place alone.
    func pooled(_ pairs: Tensor, training: Bool) throws(TorchError) -> Tensor {
        let first = [Int](repeating: 0, count: pairs.shape[0])
        return try pooled(first: layers(pairs, at: first, training: training).squeezed(1))
    }

    /// z `[pairs, H]` of the first words' states: tanh(W h).
    func pooled(first states: Tensor) throws(TorchError) -> Tensor { try pooler(states).tanh() }
}
