import ArrayFiles
import Foundation
package import TextEncoding
import Torch
import TorchNN

/// A Hugging Face folder with a BERT of a few thousand random parameters, whose vocabulary is `words`, or others.
package enum TinyTextEncoder {
    package static let words = [
        "a", "the", "red", "blue", "green", "small", "large", "cat", "dog", "horse", "ball", "tree", "boat", "house",
        "runs", "sleeps", "jumps", "near", "under", "behind", "two", "three", "old", "young",
    ]
    /// Hidden size.
    package static let width = 12

    /// Writes the folder.
    /// - Parameter dropout: Acts while the encoder is fine-tuned.
    package static func write(
        to directory: String, words: [String] = words, width: Int = width, positions: Int = 24, dropout: Double = 0.1
    ) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + words
        let configuration = """
            {"model_type": "bert", "vocab_size": \(vocabulary.count), "hidden_size": \(width),
             "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16, "max_position_embeddings": \(positions),
             "type_vocab_size": 2, "layer_norm_eps": 1e-12, "hidden_act": "gelu", "hidden_dropout_prob": \(dropout),
             "attention_probs_dropout_prob": \(dropout)}
            """
        try Data(configuration.utf8).write(to: URL(fileURLWithPath: directory + "/config.json"))
        try Data((vocabulary.joined(separator: "\n") + "\n").utf8)
            .write(to: URL(fileURLWithPath: directory + "/vocab.txt"))
        let (_, parameters) = try ParameterStore.initialize(seed: 7) {
            try BERT($0, BERTConfiguration(path: directory + "/config.json"))
        }
        try TensorFiles.save(parameters.dictionary, to: directory + "/model.safetensors")
    }

    /// Writes the folder and loads it.
    package static func load(writingTo directory: String, dropout: Double = 0.1) throws -> TextEncoder {
        try write(to: directory, dropout: dropout)
        return try TextEncoder(directory: directory)
    }
}
