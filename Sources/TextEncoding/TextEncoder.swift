import ArrayFiles
package import AsCLBase
import Foundation
package import Torch
package import TorchNN

/// A tokenizer and a BERT from a Hugging Face folder: `config.json`, `model.safetensors`, `vocab.txt`.
package struct TextEncoder: Sendable {
    /// Turns texts into tokens.
    package let tokenizer: WordPieceTokenizer
    /// Turns tokens into vectors.
    package let bert: BERT
    /// BERT's parameters, under Hugging Face's names.
    package let parameters: ParameterSet
    /// The folder it came from.
    package let directory: String
    /// B, the width of the word vectors.
    package var width: Int { bert.configuration.hiddenSize }
    private let device: Device

    /// Loads a folder.
    /// - Throws: `InputError` or `ParameterError` naming the file and what does not fit.
    package init(directory: String, device: Device = .cpu) throws {
        let configuration = try BERTConfiguration(path: directory + "/config.json")
        tokenizer = try WordPieceTokenizer(directory: directory)
        guard tokenizer.vocabularySize == configuration.vocabularySize else {
            throw InputError(
                path: directory + "/vocab.txt", place: "vocabulary",
                expected: "\(configuration.vocabularySize) tokens (vocab_size in config.json)",
                found: "\(tokenizer.vocabularySize)")
        }
        let weights = directory + "/model.safetensors"
        let tensors = try TensorFiles.load(weights: weights)
        (bert, parameters) = try ParameterStore.load(Self.encoderOnly(tensors), from: weights, device: device) {
            try BERT($0, configuration)
        }
        self.directory = directory
        self.device = device
    }

    /// Files of `BertForPreTraining` and its like carry the encoder under `bert.`, heads that are not used here, and in
    /// the oldest the layer norms' first names.
    private static func encoderOnly(_ tensors: [String: Tensor]) -> [String: Tensor] {
        var kept: [String: Tensor] = [:]
        for (name, tensor) in tensors {
            var key = name.hasPrefix("bert.") ? String(name.dropFirst(5)) : name
            if key.hasSuffix("LayerNorm.gamma") { key = key.dropLast(5) + "weight" }
            if key.hasSuffix("LayerNorm.beta") { key = key.dropLast(4) + "bias" }
            let unused = key.hasPrefix("pooler.") || key.hasPrefix("cls.") || key == "embeddings.position_ids"
            if !unused { kept[key] = tensor }
        }
        return kept
    }

    /// Writes the folder anew: the parameters as they are now, the other files as they were.
    package func save(to target: String) throws {
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        for name in ["config.json", "vocab.txt", "tokenizer_config.json"] {
            guard let data = FileManager.default.contents(atPath: "\(directory)/\(name)") else { continue }
            try AtomicFile.write(data, to: "\(target)/\(name)")
        }
        try TensorFiles.save(parameters.dictionary, metadata: ["format": "pt"], to: target + "/model.safetensors")
    }

    /// Tokens of each text, at most `maxTokens` with the special ones.
    package func tokenize(_ texts: [String], maxTokens: Int) throws(InputError) -> [TokenizedText] {
        let limit = min(maxTokens, bert.configuration.positionCount)
        var tokens: [TokenizedText] = []
        tokens.reserveCapacity(texts.count)
        for text in texts { tokens.append(try tokenizer.encode(text, maxTokens: limit)) }
        return tokens
    }

    /// Word vectors `[tokens of all texts, B]`: the last hidden state at every token.
    /// - Parameters:
    ///   - tokens: Vocabulary indices of each text.
    ///   - training: Whether dropout acts.
    package func encode(_ tokens: [[Int32]], training: Bool = false) throws(TorchError) -> TextBatch {
        let groups = groups(tokens)
        var parts: [TextBatch] = []
        for group in groups.places {
            parts.append(try encode(embedded: embed(group.map { tokens[$0] }), training: training))
        }
        return try groups.restored(parts)
    }

    /// The groups in which texts go through BERT, so that little padding is computed.
    package func groups(_ tokens: [[Int32]]) -> TextGroups { TextGroups(tokens.map(\.count), textsAtOnce: 32) }

    /// Input embeddings `[tokens of all texts, B]`, before positions are added: where noise of level `embeddings` acts
    /// (docs/method.md, Generated samples).
    package func embed(_ tokens: [[Int32]]) throws(TorchError) -> TextBatch {
        let ids = tokens.flatMap { $0.map(Int.init) }
        let rows = try bert.embed(Tensor(ids, shape: [ids.count]).to(device: device))
        return try TextBatch(rows: rows, lengths: tokens.map(\.count))
    }

    /// Word vectors `[tokens of all texts, B]` of one group's input embeddings.
    package func encode(embedded texts: TextBatch, training: Bool = false) throws(TorchError) -> TextBatch {
        let padded = try texts.padded()
        let isFull = Set(texts.lengths).count == 1
        let hidden = try bert(
            embeddings: padded.rows, mask: isFull ? nil : padded.isPadding.not(), training: training)
        return try TextBatch(padded: hidden, lengths: texts.lengths)
    }
}
