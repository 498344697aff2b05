import AsCLBase
import PretrainedFolders
import Torch
import TorchNN

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
        activation = try Activation(
            pretrained: value(.activation, "gelu"), at: decoder.codingPath + [CodingKeys.activation])
    }

    /// Its layers.
    var transformer: TransformerConfiguration {
        var layers = TransformerConfiguration(
            width: hiddenSize, layerCount: layerCount, headCount: headCount, innerWidth: intermediateSize,
            activation: activation, norm: .after, epsilon: layerNormEpsilon)
        layers.hiddenDropout = hiddenDropout
        layers.attentionDropout = attentionDropout
        return layers
    }

    /// Reads `config.json`.
    /// - Throws: `InputError` when it is not a BERT configuration or an impossible one.
    package init(path: String) throws {
        let file = try ConfigurationFile(path: path, of: "a BERT")
        // Before anything else, for another family's keys have other names.
        try file.decoded(BERTKind.self).check(path: path)
        self = try file.decoded(Self.self)
        try file.check(sizes: [
            ("vocab_size", vocabularySize), ("max_position_embeddings", positionCount),
            ("type_vocab_size", tokenTypeCount),
        ])
        try file.check(transformer)
        for (name, rate) in [
            ("hidden_dropout_prob", hiddenDropout), ("attention_probs_dropout_prob", attentionDropout),
        ] where !(0...1).contains(rate) {
            throw file.wrong(name, "a probability in 0...1", "\(rate)")
        }
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
        try require((model_type ?? "bert") == "bert", "model_type", "bert, clip or siglip", model_type)
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
