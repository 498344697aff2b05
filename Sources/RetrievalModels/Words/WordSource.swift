import AsCLBase
import Foundation
package import TextEncoding
package import Torch

/// Raw words of texts: the one place where training, evaluation and experiments get them from.
///
/// What a frozen text encoder makes of a text is always the same. A source keeps it for the texts that it was made with;
/// others it encodes when they are asked for.
package struct WordSource: Sendable {
    /// Whose words they are.
    package let model: RetrievalModel
    /// Whether gradients flow into the text encoder and its dropout is on.
    package let encoderIsTrained: Bool
    private let kept: EncodedTexts?

    /// A source that keeps nothing.
    package init(_ model: RetrievalModel, encoderIsTrained: Bool) {
        self.model = model
        self.encoderIsTrained = encoderIsTrained
        kept = nil
    }

    /// A source that keeps the words of some texts, as the encoder is now.
    /// - Parameters:
    ///   - texts: Their tokens.
    ///   - file: Where the words stay to be used again; without it they go when this value goes.
    ///   - group: Processes that share the encoding.
    ///   - progress: Called with the texts encoded so far and their number.
    package init(
        _ model: RetrievalModel, keeping texts: [[Int32]], in file: String? = nil, sharedBy group: ProcessGroup? = nil,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws {
        self.model = model
        encoderIsTrained = false
        kept = try EncodedTexts(model, texts, in: file, sharedBy: group, progress: progress)
    }

    /// Raw words `[words, B]` of texts given as tokens, in their order.
    package func words(of texts: [[Int32]]) throws -> TextBatch {
        if let words = try kept?.words(of: texts, on: model.device) { return words }
        if encoderIsTrained, !model.configuration.readsTokens {
            return try model.textEncoder.encode(texts, training: true)
        }
        return try model.encode(texts)
    }

    /// Bytes that the words of texts take.
    package static func byteCount(of texts: [[Int32]], for model: RetrievalModel) -> Int {
        texts.reduce(0) { $0 + $1.count } * model.wordWidth * MemoryLayout<Float>.size
    }

    /// A file in `folder` that is this encoder's and these texts' alone.
    package static func file(for model: RetrievalModel, _ texts: [[Int32]], in folder: String) throws -> String {
        var digest = Digest()
        digest.add("\(model.configuration.readsTokens)")
        for (name, tensor) in model.textEncoder.parameters.entries {
            digest.add(name)
            try tensor.to(device: .cpu).contiguous().withBytes { digest.add($0) }
        }
        for text in texts { text.withUnsafeBytes { digest.add($0) } }
        try Folder.make(folder)
        return "\(folder)/words-\(digest).npy"
    }
}
