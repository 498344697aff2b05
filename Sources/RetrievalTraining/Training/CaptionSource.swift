import RetrievalData
import RetrievalModels
import TextEncoding
import Torch

/// Captions of a split as word vectors.
///
/// With a frozen text encoder all captions are encoded once, in the order of the file, when they fit `memoryLimit`:
/// what a caption's vectors are then never depends on the step that asks for them.
struct CaptionSource {
    let model: RetrievalModel
    let encoderIsTrained: Bool
    /// Tokens of every caption.
    let tokens: [[Int32]]
    /// Captions that were cut to `max_tokens`.
    let cutCaptions: Int
    private let encoded: TextBatch?
    private let known: KnownWords?

    private static let memoryLimit = 2 << 30

    init(
        _ model: RetrievalModel, _ split: RetrievalSplit, encoderIsTrained: Bool, known: KnownWords? = nil,
        progress: (Int) -> Void
    ) throws {
        let texts = try model.tokenize(split.captions)
        self.model = model
        self.encoderIsTrained = encoderIsTrained
        self.known = known
        tokens = texts.map(\.ids)
        cutCaptions = texts.count { $0.wasCut }
        let bytes = tokens.reduce(0) { $0 + $1.count } * model.wordWidth * MemoryLayout<Float>.size
        let fits = known == nil && !encoderIsTrained && bytes <= Self.memoryLimit
        encoded = fits ? try model.encode(tokens, progress: progress) : nil
    }

    /// Raw word vectors of captions by index.
    func words(ofCaptions captions: [Int]) throws -> TextBatch {
        if let encoded { return try encoded.selecting(captions) }
        return try words(ofTokens: captions.map { tokens[$0] })
    }

    /// Raw word vectors of any tokens.
    func words(ofTokens tokens: [[Int32]]) throws -> TextBatch {
        if model.configuration.readsTokens { return try model.encode(tokens) }
        if let words = try known?.words(ofTokens: tokens, on: model.device) { return words }
        if encoderIsTrained { return try model.textEncoder.encode(tokens, training: true) }
        return try withoutGradients { try model.textEncoder.encode(tokens) }
    }
}
