import AsCLBase
import Foundation

/// The part of a Hugging Face BERT `config.json` that the computation depends on.
package struct BERTConfiguration: Decodable, Sendable, Equatable {
    /// Rows of the word table.
    package let vocabularySize: Int
    /// B, the width of every hidden state.
    package let hiddenSize: Int
    let layerCount: Int
    let headCount: Int
    let intermediateSize: Int
    /// The most tokens that a text can have.
    package let positionCount: Int
    let tokenTypeCount: Int
    let layerNormEpsilon: Double
    let activation: Activation
    let hiddenDropout: Double
    let attentionDropout: Double

    enum Activation: String, Decodable {
        case gelu
        case geluTanh = "gelu_new"
        case relu
    }

    private enum CodingKeys: String, CodingKey {
        case vocabularySize = "vocab_size"
        case hiddenSize = "hidden_size"
        case layerCount = "num_hidden_layers"
        case headCount = "num_attention_heads"
        case intermediateSize = "intermediate_size"
        case positionCount = "max_position_embeddings"
        case tokenTypeCount = "type_vocab_size"
        case layerNormEpsilon = "layer_norm_eps"
        case activation = "hidden_act"
        case hiddenDropout = "hidden_dropout_prob"
        case attentionDropout = "attention_probs_dropout_prob"
    }

    private struct Kind: Decodable {
        let model_type: String?
        let position_embedding_type: String?
    }

    /// Reads `config.json`.
    /// - Throws: `InputError` when it is not a BERT configuration or an impossible one.
    package init(path: String) throws {
        func wrong(_ place: String, _ expected: String, _ found: String) -> InputError {
            InputError(path: path, place: place, expected: expected, found: found)
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw wrong("file", "a BERT configuration", "no readable file")
        }
        let kind: Kind
        do {
            kind = try JSONDecoder().decode(Kind.self, from: data)
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch DecodingError.keyNotFound(let key, _) {
            throw wrong(key.stringValue, "a value", "no such key")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            throw wrong(context.codingPath.last?.stringValue ?? "top", "another type", context.debugDescription)
        } catch DecodingError.dataCorrupted(let context) {
            throw wrong(context.codingPath.last?.stringValue ?? "file", "a supported value", context.debugDescription)
        }
        if let found = kind.model_type, found != "bert" { throw wrong("model_type", "bert", found) }
        if let found = kind.position_embedding_type, found != "absolute" {
            throw wrong("position_embedding_type", "absolute", found)
        }
        let sizes = [
            ("vocab_size", vocabularySize), ("hidden_size", hiddenSize), ("num_hidden_layers", layerCount),
            ("num_attention_heads", headCount), ("intermediate_size", intermediateSize),
            ("max_position_embeddings", positionCount), ("type_vocab_size", tokenTypeCount),
        ]
        for (name, size) in sizes where size < 1 { throw wrong(name, "at least 1", "\(size)") }
        guard hiddenSize % headCount == 0 else {
            throw wrong("num_attention_heads", "a divisor of hidden_size \(hiddenSize)", "\(headCount)")
        }
    }
}
