import TextEncoding
import Torch
import TorchNN

/// Raw words to joint ones, `[words, D]`.
///
/// Of `encoder` words, a linear layer over the text encoder's vectors `[words, B]`. Of `gru` words, vectors of 300 for
/// the tokens `[words, 1]` and a gated recurrent unit over each text's: bidirectional with its two directions averaged
/// (SCAN, section 3.2; IMRAM), or forward alone for VSE++, whose text vector is its last state.
struct WordProjection: Sendable {
    private enum Form: Sendable {
        case encoder(Linear)
        case tokens(Embedding, GRU)
    }
    private let form: Form

    /// Width of a token's vector, as in VSE++ and SCAN.
    static let embeddingWidth = 300

    /// Builds it along `projection`, or `embedding` and `gru`.
    init(_ scope: ParameterScope, _ configuration: BaselineConfiguration) throws(TorchError) {
        switch configuration.words {
        case .encoder:
            form = .encoder(
                try Linear(
                    scope / "projection", from: configuration.textDimension, to: configuration.jointDimension))
        case .gru:
            form = .tokens(
                try Embedding(
                    scope / "embedding", count: configuration.vocabularySize, width: Self.embeddingWidth,
                    initial: .uniform(0.1)),
                try GRU(
                    scope / "gru", from: Self.embeddingWidth, to: configuration.jointDimension,
                    isBidirectional: configuration.method != .vse))
        }
    }

    func callAsFunction(_ texts: TextBatch) throws(TorchError) -> TextBatch {
        switch form {
        case .encoder(let linear): return try texts.replacingRows(linear(texts.rows))
        case .tokens(let embedding, let gru):
            guard texts.rows.shape[1] == 1 else {
                throw TorchError(
                    operation: "WordProjection(\(texts.rows.shape))", reason: "expected tokens, [words, 1]")
            }
            let vectors = try embedding(texts.rows.squeezed(1).to(.int64))
            let states = try gru(vectors, lengths: texts.lengths)
            guard gru.isBidirectional else { return try texts.replacingRows(states) }
            let (onward, back) = (
                try states.sliced(1, 0..<gru.hidden), try states.sliced(1, gru.hidden..<2 * gru.hidden)
            )
            return try texts.replacingRows((onward + back) * 0.5)
        }
    }
}
