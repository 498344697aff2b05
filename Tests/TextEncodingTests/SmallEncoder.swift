import Foundation
import Testing
import TextEncoding
import Torch
import TorchNN

/// A Hugging Face folder of a tiny BERT with random weights: 14 words, 16 wide, 2 layers of 2 heads, 12 positions.
struct SmallEncoder {
    static let vocabulary =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "dog", "cat", "runs", "on", "the", "beach", "red", ".", "##s"]
    let folder: TemporaryFolder

    /// - Parameter renamed: Changes the names and tensors that the weights are written with.
    init(renamed: ([String: Tensor]) throws -> [String: Tensor] = { $0 }) throws {
        folder = try TemporaryFolder()
        _ = try folder.write(Self.vocabulary.joined(separator: "\n") + "\n", as: "vocab.txt")
        try configure()
        let configuration = try BERTConfiguration(path: folder.path + "/config.json")
        let parameters = try ParameterStore.initialize(seed: 20) { try BERT($0, configuration) }.parameters
        // Larger than BERT begins with, norms and biases too, so that every part shows in the output.
        let generator = try Generator(seed: 21)
        for (_, tensor) in parameters.entries {
            try tensor.copy(from: tensor + Tensor.normal(tensor.shape, generator: generator) * 0.3)
        }
        try TensorFiles.save(renamed(parameters.dictionary), to: folder.path + "/model.safetensors")
    }

    /// Writes `config.json` with some values changed, or with nil left out.
    func configure(_ changes: [String: Any?] = [:]) throws {
        var values: [String: Any] = [
            "model_type": "bert", "vocab_size": Self.vocabulary.count, "hidden_size": 16, "num_hidden_layers": 2,
            "num_attention_heads": 2, "intermediate_size": 20, "max_position_embeddings": 12, "type_vocab_size": 2,
            "layer_norm_eps": 1e-12, "hidden_act": "gelu", "hidden_dropout_prob": 0.5,
            "attention_probs_dropout_prob": 0.1, "something_else": [1, 2],
        ]
        for (name, value) in changes { values[name] = value }
        _ = try folder.write(JSONSerialization.data(withJSONObject: values), as: "config.json")
    }

    func load() throws -> TextEncoder { try TextEncoder(directory: folder.path) }
}

/// Texts of 2 to 12 tokens in no order of length, special ones included; 75 of them are three groups of the encoder's.
let manyTexts: [[Int32]] = (0..<75).map { text -> [Int32] in
    let words = (0..<(text * 7 % 11)).map { word -> Int32 in Int32(4 + (text + word * word) % 10) }
    return [2] + words + [3]
}

/// The largest absolute difference, infinite where the shapes differ.
func largestDifference(_ first: Tensor, _ second: Tensor) throws -> Double {
    guard first.shape == second.shape else { return .infinity }
    let difference = try (first.detached() - second.detached()).reshaped([-1])
    return try (difference * difference).maximum(0).sqrt().item()
}

/// The error's text, with the folder's path as `F`.
func message<Failure: Error & CustomStringConvertible>(
    of kind: Failure.Type, in folder: TemporaryFolder, _ body: () throws -> Void
) throws -> String {
    let line = try #require(throws: kind) { try body() }.description.replacing(folder.path, with: "F")
    #expect(!line.contains { $0.isNewline })
    return line
}
