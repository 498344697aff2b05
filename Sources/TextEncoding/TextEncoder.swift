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
    /// - Throws: `InputError`, `InputError` or `ParameterError` naming the file and what does not fit.
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
        let tensors = try TensorFiles.load(SafetensorsFile(path: weights))
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
    ///
    /// Texts go through BERT in groups of like length, so that little padding is computed.
    /// - Parameters:
    ///   - tokens: Vocabulary indices of each text.
    ///   - training: Whether dropout acts.
    ///   - noise: Changes the packed input embeddings before positions are added (docs/method.md, Generated samples,
    ///     level `embeddings`).
    package func encode(
        _ tokens: [[Int32]], training: Bool = false,
        noise: ((TextBatch, _ texts: [Int]) throws(TorchError) -> TextBatch)? = nil
    ) throws(TorchError) -> TextBatch {
        let order = tokens.indices.sorted { (tokens[$0].count, $0) < (tokens[$1].count, $1) }
        var batches: [TextBatch] = []
        for start in stride(from: 0, to: order.count, by: Self.groupSize) {
            let texts = Array(order[start..<min(start + Self.groupSize, order.count)])
            batches.append(try encodeGroup(texts, tokens, training, noise))
        }
        var places = [Int](repeating: 0, count: order.count)
        for (place, text) in order.enumerated() { places[text] = place }
        return try .joined(batches).selecting(places)
    }

    private static let groupSize = 32

    private func encodeGroup(
        _ texts: [Int], _ tokens: [[Int32]], _ training: Bool,
        _ noise: ((TextBatch, _ texts: [Int]) throws(TorchError) -> TextBatch)?
    ) throws(TorchError) -> TextBatch {
        let lengths = texts.map { tokens[$0].count }
        let longest = lengths.max() ?? 0
        var ids: [Int] = []
        var real: [Bool] = []
        for text in texts {
            let padding = longest - tokens[text].count
            ids += tokens[text].map(Int.init) + [Int](repeating: Int(tokenizer.padding), count: padding)
            real += [Bool](repeating: true, count: tokens[text].count) + [Bool](repeating: false, count: padding)
        }
        let shape = [texts.count, longest]
        let mask = try Tensor(real, shape: shape).to(device: device)
        var embeddings = try bert.embed(Tensor(ids, shape: shape).to(device: device))
        if let noise {
            let noisy = try noise(TextBatch(padded: embeddings, lengths: lengths), texts)
            let flat = try embeddings.reshaped([-1, width])
            let indices = real.indices.filter { real[$0] }
            let places = try Tensor(indices, shape: [indices.count]).to(device: device)
            embeddings = try flat.replacing(places, with: noisy.rows).reshaped(shape + [width])
        }
        let padded = lengths.contains { $0 < longest }
        let hidden = try bert(embeddings: embeddings, mask: padded ? mask : nil, training: training)
        return try TextBatch(padded: hidden, lengths: lengths)
    }
}
