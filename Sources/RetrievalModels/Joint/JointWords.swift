import TextEncoding
import Torch
import TorchNN

/// A text's tokens as a joint encoder reads them, under the names of BERT's embeddings:
///
///     t_j = LN( P E_w[token_j] + E_p[j] + E_t[0] )
///
/// P is a linear layer where word vectors, which begin as the text encoder's, are of another width than states.
struct JointWords: Sendable {
    let table: Embedding
    private let positions: Embedding
    /// `[2, H]`: what marks words, and what marks regions.
    let kinds: Embedding
    private let projection: Linear?
    private let norm: LayerNorm
    private let vocabulary: CutVocabulary
    private let rowOfToken: Tensor

    /// What word vectors are called under `joint.embeddings`.
    static let tableName = "word_embeddings"

    /// Builds it along `word_embeddings`, `projection`, `position_embeddings`, `token_type_embeddings` and `LayerNorm`.
    init(_ scope: ParameterScope, _ shape: LayeredShape) throws(TorchError) {
        let width = shape.jointDimension
        vocabulary = shape.vocabulary
        table = try Embedding(
            scope / Self.tableName, count: vocabulary.count, width: shape.textDimension)
        projection =
            shape.textDimension == width
            ? nil : try Linear(scope / "projection", from: shape.textDimension, to: width)
        positions = try Embedding(scope / "position_embeddings", count: shape.maxTokens, width: width)
        kinds = try Embedding(scope / "token_type_embeddings", count: 2, width: width)
        norm = try LayerNorm(scope / "LayerNorm", width: width, epsilon: JointEncoder.epsilon)
        rowOfToken = try Tensor(vocabulary.rows, shape: [vocabulary.size]).to(device: table.weight.device)
    }

    /// The table's rows of tokens `[words, 1]`, int64 `[words]`.
    func rows(_ tokens: Tensor) throws(TorchError) -> Tensor {
        guard tokens.shape.last == 1 else {
            throw TorchError(operation: "JointWords(\(tokens.shape))", reason: "expected tokens, [words, 1]")
        }
        return try rowOfToken.indexSelect(tokens.squeezed(1).to(.int64))
    }

    /// Vectors `[words, H]` of rows `[words]`, before anything tells where they stand.
    func vectors(_ rows: Tensor) throws(TorchError) -> Tensor {
        let words = try table(rows)
        return try projection?(words) ?? words
    }

    /// t of `vectors`, text by text.
    func callAsFunction(_ texts: TextBatch, dropout: Double) throws(TorchError) -> TextBatch {
        let places = texts.lengths.flatMap { 0..<$0 }
        guard (places.max() ?? 0) < positions.weight.shape[0] else {
            throw TorchError(
                operation: "JointWords(\((places.max() ?? 0) + 1) tokens)",
                reason: "expected at most \(positions.weight.shape[0])")
        }
        let standing = try positions(Tensor(places, shape: [places.count]).to(device: texts.rows.device))
        let sum = try texts.rows.to(.float32) + standing + kinds.weight.selected(0, 0)
        return try texts.replacingRows(norm(sum).dropped(dropout))
    }

    /// Logits `[places, rows of the table]` of what is there, by the table that words are read with: of `[places, H]`.
    func logits(_ states: Tensor) throws(TorchError) -> Tensor {
        let words = try projection.map { layer throws(TorchError) in try states.matmul(layer.weight) } ?? states
        return try words.matmul(table.weight.transposed())
    }
}

extension Tensor {
    /// With elements left out by chance, where there is any.
    func dropped(_ probability: Double) throws(TorchError) -> Tensor {
        probability > 0 ? try dropout(probability) : self
    }
}
