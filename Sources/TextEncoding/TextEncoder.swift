import AsCLBase
import Foundation
import PretrainedFolders
package import Torch
package import TorchNN

/// A tokenizer and what makes vectors of its tokens, from a Hugging Face folder: a BERT, or the text tower of a CLIP or a
/// SigLIP, in any of the forms that `transformers` reads.
package struct TextEncoder: Sendable {
    /// Turns texts into tokens.
    package let tokenizer: any Tokenizer
    /// Turns tokens into vectors.
    package let network: any TextNetwork
    /// The network's parameters, under Hugging Face's names.
    package let parameters: ParameterSet
    /// The folder it came from.
    package let directory: String
    /// What of the folder is left out, and what it says in two ways; a line each.
    package let notices: [String]
    /// B, the width of the word vectors.
    package var width: Int { network.width }
    /// The most tokens of a text that it has positions for.
    package var positionCount: Int { network.positionCount }
    /// The text tower, where the encoder is a CLIP's or a SigLIP's.
    package var tower: TextTower? { (network as? TowerNetwork)?.tower }
    private let device: Device

    /// Loads a folder.
    /// - Parameter use: What for; unless for training, weights stay where they lie in the mapped file if they can.
    /// - Throws: `InputError` or `ParameterError` naming the file and what does not fit.
    package init(directory: String, use: ParameterUse = .training, device: Device = .cpu) throws {
        self.directory = directory
        self.device = device
        let others: [String]
        if PretrainedFolder.isNamed(in: directory) {
            let loaded = try TextTower.load(PretrainedFolder(directory: directory), use: use, device: device)
            tokenizer = try TokenizerFolder.tokenizer(directory: directory)
            network = TowerNetwork(tower: loaded.model, padsLeft: tokenizer.padsLeft)
            (parameters, others) = (loaded.parameters, loaded.notices)
        } else {
            let configuration = try BERTConfiguration(path: directory + "/config.json")
            tokenizer = try WordPieceTokenizer(directory: directory)
            let weights = try PretrainedWeights(directory: directory, names: .bert)
            let (bert, parameters) = try ParameterStore.load(
                weights.tensors, from: weights.path, use: use, device: device
            ) {
                try BERT($0, configuration)
            }
            (network, self.parameters, others) = (bert, parameters, weights.notices)
        }
        notices = tokenizer.notices + others
        try check()
    }

    private init(_ encoder: TextEncoder, _ network: any TextNetwork, _ parameters: ParameterSet) {
        (tokenizer, directory, notices, device) = (
            encoder.tokenizer, encoder.directory, encoder.notices, encoder.device
        )
        (self.network, self.parameters) = (network, parameters)
    }

    /// Refuses a tokenizer of another encoder.
    private func check() throws {
        guard tokenizer.vocabularySize <= network.vocabularySize else {
            throw InputError(
                path: tokenizer.path, place: "vocabulary",
                expected: "at most \(network.vocabularySize) tokens, the rows of the word embeddings",
                found: "\(tokenizer.vocabularySize)")
        }
        guard let tower, case .first(let end) = tower.configuration.pooling else { return }
        let ids = try tokenizer.encode("", maxTokens: positionCount).ids
        guard ids.contains(Int32(end)) else {
            throw InputError(
                path: tokenizer.path, place: "end of a text", expected: "token \(end), eos_token_id of config.json",
                found: ids.last.map { "\($0)" } ?? "none")
        }
    }

    /// The same encoder, never to be trained, with products of another type; sums stay float32.
    package func inferring(products: DType) throws -> TextEncoder {
        func rebuilt<Network: TextNetwork>(_ network: Network) throws -> (any TextNetwork, ParameterSet) {
            try ParameterStore.load(
                self.parameters.dictionary, from: directory, use: .inference(products: products), device: device
            ) { try network.rebuilt($0) }
        }
        let (other, parameters) = try rebuilt(network)
        return TextEncoder(self, other, parameters)
    }

    /// What a folder has besides weights, wherever it is copied to.
    package static let files = [
        "config.json", "vocab.txt", "tokenizer.json", "tokenizer_config.json", "added_tokens.json",
        "special_tokens_map.json", "vocab.json", "merges.txt", "spiece.model",
    ]

    /// Writes the folder anew: the parameters as they are now, the other files as they were.
    package func save(to target: String) throws {
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        for name in Self.files {
            guard let data = FileManager.default.contents(atPath: "\(directory)/\(name)") else { continue }
            try AtomicFile.write(data, to: "\(target)/\(name)")
        }
        try TensorFiles.save(parameters.dictionary, metadata: ["format": "pt"], to: target + "/model.safetensors")
    }

    /// Tokens of each text, at most `maxTokens` with the special ones. A SigLIP's has one more where there is room, which stands for all of the padding: the
    /// last place stands for the whole text. A CLIP's ends with the token that does.
    package func tokenize(_ texts: [String], maxTokens: Int) throws -> [TokenizedText] {
        let limit = min(maxTokens, positionCount)
        return try texts.map { try completed(tokenizer.encode($0, maxTokens: limit)) }
    }

    private func completed(_ text: TokenizedText) throws(TorchError) -> TokenizedText {
        guard let network = network as? TowerNetwork else { return text }
        switch network.tower.configuration.family {
        case .clip:
            let place = try network.tower.pooledPlace(text.ids.map(Int.init))
            return TokenizedText(ids: Array(text.ids[...place]), cutCount: text.cutCount)
        case .siglip:
            let padding = text.ids.count < positionCount ? [tokenizer.padding] : []
            return TokenizedText(
                ids: tokenizer.padsLeft ? padding + text.ids : text.ids + padding, cutCount: text.cutCount)
        }
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

    /// The groups in which texts go through the network, so that little padding is computed.
    package func groups(_ tokens: [[Int32]]) -> TextGroups { TextGroups(tokens.map(\.count), textsAtOnce: 32) }

    /// Input embeddings `[tokens of all texts, B]`, before positions are added: where noise of level `embeddings` acts
    /// (docs/method.md, Generated samples).
    package func embed(_ tokens: [[Int32]]) throws(TorchError) -> TextBatch {
        let ids = tokens.flatMap { $0.map(Int.init) }
        let rows = try network.embed(Tensor(ids, shape: [ids.count]).to(device: device))
        return try TextBatch(rows: rows, lengths: tokens.map(\.count))
    }

    /// Word vectors `[tokens of all texts, B]` of one group's input embeddings.
    package func encode(embedded texts: TextBatch, training: Bool = false) throws(TorchError) -> TextBatch {
        try network.encode(embedded: texts, training: training)
    }
}
