package import AsCLBase
import Foundation
import PretrainedFolders
package import Torch
package import TorchNN

/// A tokenizer and a BERT from a Hugging Face folder: `config.json`, weights (`PretrainedWeights`) and a vocabulary
/// (`WordPieceTokenizer`) in any of the forms that `transformers` reads.
package struct TextEncoder: Sendable {
    /// Turns texts into tokens.
    package let tokenizer: WordPieceTokenizer
    /// Turns tokens into vectors.
    package let bert: BERT
    /// BERT's parameters, under Hugging Face's names.
    package let parameters: ParameterSet
    /// The folder it came from.
    package let directory: String
    /// What of the folder is left out, and what it says in two ways; a line each.
    package let notices: [String]
    /// B, the width of the word vectors.
    package var width: Int { bert.configuration.hiddenSize }
    /// The most tokens of a text that it has positions for.
    package var positionCount: Int { bert.configuration.positionCount }
    private let device: Device

    /// Loads a folder.
    /// - Throws: `InputError` or `ParameterError` naming the file and what does not fit.
    package init(directory: String, device: Device = .cpu) throws {
        let configuration = try BERTConfiguration(path: directory + "/config.json")
        tokenizer = try WordPieceTokenizer(directory: directory)
        let weights = try PretrainedWeights(directory: directory, names: .bert)
        (bert, parameters) = try ParameterStore.load(weights.tensors, from: weights.path, device: device) {
            try BERT($0, configuration)
        }
        guard tokenizer.vocabularySize <= bert.vocabularySize else {
            throw InputError(
                path: tokenizer.path, place: "vocabulary",
                expected: "at most \(bert.vocabularySize) tokens, the rows of the word embeddings",
                found: "\(tokenizer.vocabularySize)")
        }
        notices = tokenizer.notices + weights.notices
        self.directory = directory
        self.device = device
    }

    private init(_ encoder: TextEncoder, _ bert: BERT, _ parameters: ParameterSet) {
        (tokenizer, directory, notices, device) = (
            encoder.tokenizer, encoder.directory, encoder.notices, encoder.device
        )
        (self.bert, self.parameters) = (bert, parameters)
    }

    /// The same encoder, never to be trained, with products of another type; sums stay float32.
    package func inferring(products: DType) throws -> TextEncoder {
        let (bert, parameters) = try ParameterStore.load(
            parameters.dictionary, from: directory, use: .inference(products: products), device: device
        ) { try BERT($0, self.bert.configuration) }
        return TextEncoder(self, bert, parameters)
    }

    /// Writes the folder anew: the parameters as they are now, the other files as they were.
    package func save(to target: String) throws {
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        for name in ["config.json", "vocab.txt", "tokenizer.json", "tokenizer_config.json", "added_tokens.json"] {
            guard let data = FileManager.default.contents(atPath: "\(directory)/\(name)") else { continue }
            try AtomicFile.write(data, to: "\(target)/\(name)")
        }
        try TensorFiles.save(parameters.dictionary, metadata: ["format": "pt"], to: target + "/model.safetensors")
    }

    /// Tokens of each text, at most `maxTokens` with the special ones.
    package func tokenize(_ texts: [String], maxTokens: Int) throws(InputError) -> [TokenizedText] {
        let limit = min(maxTokens, positionCount)
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
