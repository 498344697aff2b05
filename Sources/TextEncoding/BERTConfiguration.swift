import AsCLBase
import Foundation

/// The part of a Hugging Face BERT `config.json` that the computation depends on.
///
/// A key that is not there has the value that `BertConfig` of `transformers` gives it.
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

    enum Activation: Sendable, Equatable {
        case gelu, geluTanh, relu

        /// By `transformers`' names, of which some mean the same.
        fileprivate static let names: [String: Self] = [
            "gelu": .gelu, "gelu_python": .gelu, "gelu_new": .geluTanh, "gelu_fast": .geluTanh,
            "gelu_pytorch_tanh": .geluTanh, "relu": .relu,
        ]
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

    /// Decodes the keys that are there.
    package init(from decoder: any Decoder) throws {
        let file = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys, _ standard: Value) throws -> Value {
            try file.decodeIfPresent(Value.self, forKey: key) ?? standard
        }
        vocabularySize = try value(.vocabularySize, 30_522)
        hiddenSize = try value(.hiddenSize, 768)
        layerCount = try value(.layerCount, 12)
        headCount = try value(.headCount, 12)
        intermediateSize = try value(.intermediateSize, 3072)
        positionCount = try value(.positionCount, 512)
        tokenTypeCount = try value(.tokenTypeCount, 2)
        layerNormEpsilon = try value(.layerNormEpsilon, 1e-12)
        hiddenDropout = try value(.hiddenDropout, 0.1)
        attentionDropout = try value(.attentionDropout, 0.1)
        let name = try value(.activation, "gelu")
        guard let activation = Activation.names[name] else {
            throw DecodingError.dataCorruptedError(
                forKey: .activation, in: file,
                debugDescription: "\(name), none of \(Activation.names.keys.sorted().joined(separator: ", "))")
        }
        self.activation = activation
    }

    /// Reads `config.json`.
    /// - Throws: `InputError` when it is not a BERT configuration or an impossible one.
    package init(path: String) throws {
        func wrong(_ place: String, _ expected: String, _ found: String) -> InputError {
            InputError(path: path, place: place, expected: expected, found: found)
        }
        guard FileManager.default.fileExists(atPath: path) else {
            throw wrong("file", "a BERT configuration", "no readable file" + Self.hint(beside: path))
        }
        let data = try MappedFile(path: path).contents()
        do {
            // Before anything else, for another family's keys have other names.
            try JSONDecoder().decode(BERTKind.self, from: data).check(path: path)
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            throw wrong(context.codingPath.last?.stringValue ?? "top", "another type", context.debugDescription)
        } catch DecodingError.dataCorrupted(let context) {
            throw wrong(context.codingPath.last?.stringValue ?? "file", "a supported value", context.debugDescription)
        }
        let sizes = [
            ("vocab_size", vocabularySize), ("hidden_size", hiddenSize), ("num_hidden_layers", layerCount),
            ("num_attention_heads", headCount), ("intermediate_size", intermediateSize),
            ("max_position_embeddings", positionCount), ("type_vocab_size", tokenTypeCount),
        ]
        for (name, size) in sizes {
            let most = name == "num_hidden_layers" ? 1000 : 1 << 24
            if size < 1 { throw wrong(name, "at least 1", "\(size)") }
            if size > most { throw wrong(name, "at most \(most)", "\(size)") }
        }
        guard hiddenSize % headCount == 0 else {
            throw wrong("num_attention_heads", "a divisor of hidden_size \(hiddenSize)", "\(headCount)")
        }
        for (name, rate) in [
            ("hidden_dropout_prob", hiddenDropout), ("attention_probs_dropout_prob", attentionDropout),
        ] where !(0...1).contains(rate) {
            throw wrong(name, "a probability in 0...1", "\(rate)")
        }
        guard layerNormEpsilon >= 0, layerNormEpsilon.isFinite else {
            throw wrong("layer_norm_eps", "a number of at least 0", "\(layerNormEpsilon)")
        }
    }

    /// Where the configuration is instead: downloads and the first sentence encoders have it a folder or two down.
    private static func hint(beside path: String) -> String {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        func names(in folder: String) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        }
        let below = names(in: folder) + names(in: folder + "/snapshots").map { "snapshots/" + $0 }
        if let place = below.first(where: { FileManager.default.fileExists(atPath: "\(folder)/\($0)/config.json") }) {
            return "; the folder \(place) below it has one"
        }
        return below.contains("bert_config.json")
            ? ", but TensorFlow's bert_config.json: convert the checkpoint with transformers" : ""
    }
}

/// What makes a configuration another model's than `BERT` computes.
private struct BERTKind: Decodable {
    let model_type: String?
    let architectures: [String]?
    let position_embedding_type: String?
    let is_decoder: Bool?
    let pruned_heads: [String: [Int]]?

    func check(path: String) throws(InputError) {
        func require(_ holds: Bool, _ place: String, _ expected: String, _ found: String?) throws(InputError) {
            if holds { return }
            throw InputError(path: path, place: place, expected: expected, found: found ?? "none")
        }
        try require((model_type ?? "bert") == "bert", "model_type", "bert", model_type)
        // Files of the first years have no type.
        if model_type == nil, let name = architectures?.first {
            try require(name.hasPrefix("Bert"), "architectures", "BertModel or one with another head", name)
        }
        try require(
            (position_embedding_type ?? "absolute") == "absolute", "position_embedding_type", "absolute",
            position_embedding_type)
        try require(is_decoder != true, "is_decoder", "false: an encoder, whose words see those after them", "true")
        try require(pruned_heads?.isEmpty ?? true, "pruned_heads", "none", "some")
    }
}
