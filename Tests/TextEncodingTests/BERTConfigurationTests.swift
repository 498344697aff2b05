import AsCLBase
import Foundation
import Testing
import TextEncoding

/// A `config.json` that cannot be followed is one line with file, place, expected and found.
@Suite struct BERTConfigurationTests {
    let small: SmallEncoder
    var folder: TemporaryFolder { small.folder }

    init() throws { small = try SmallEncoder() }

    func message() throws -> String {
        try TextEncodingTests.message(of: InputError.self, in: folder) {
            _ = try BERTConfiguration(path: folder.path + "/config.json")
        }
    }

    @Test func `what is there is read`() throws {
        let configuration = try BERTConfiguration(path: folder.path + "/config.json")
        #expect(configuration.hiddenSize == 16 && configuration.vocabularySize == 14)
        #expect(configuration.positionCount == 12)
    }

    @Test(
        arguments: [
            ("model_type", "roberta", "model_type: expected bert, clip or siglip, found roberta"),
            (
                "position_embedding_type", "relative_key",
                "position_embedding_type: expected absolute, found relative_key"
            ),
            ("num_attention_heads", 3, "num_attention_heads: expected a divisor of hidden_size 16, found 3"),
            ("num_attention_heads", 0, "num_attention_heads: expected at least 1, found 0"),
            ("max_position_embeddings", -1, "max_position_embeddings: expected at least 1, found -1"),
            ("vocab_size", 1 << 40, "vocab_size: expected at most 16777216, found 1099511627776"),
            ("num_hidden_layers", 5000, "num_hidden_layers: expected at most 1000, found 5000"),
            ("hidden_dropout_prob", 1.5, "hidden_dropout_prob: expected a probability in 0...1, found 1.5"),
            ("layer_norm_eps", -1.0, "layer_norm_eps: expected a number of at least 0, found -1.0"),
            (
                "is_decoder", true,
                "is_decoder: expected false: an encoder, whose words see those after them, found true"
            ),
            ("pruned_heads", ["1": [0]], "pruned_heads: expected none, found some"),
        ] as [(String, (any Sendable)?, String)])
    func `impossible values are refused`(_ key: String, _ value: (any Sendable)?, _ expected: String) throws {
        try small.configure([key: value])
        #expect(try message() == "F/config.json: " + expected)
    }

    @Test(arguments: ["roberta", "distilbert", "albert", "mpnet", "electra", "xlm-roberta", "deberta-v2", "t5"])
    func `another family is named, whatever its keys`(_ family: String) throws {
        _ = try folder.write(#"{"model_type": "\#(family)", "dim": 384, "n_layers": 6}"#, as: "config.json")
        #expect(try message() == "F/config.json: model_type: expected bert, clip or siglip, found \(family)")
        _ = try folder.write(#"{"architectures": ["RobertaModel"], "hidden_size": "x"}"#, as: "config.json")
        #expect(
            try message()
                == "F/config.json: architectures: expected BertModel or one with another head, found RobertaModel")
    }

    @Test func `what is left out has the value that transformers gives it`() throws {
        _ = try folder.write("{}", as: "config.json")
        let configuration = try BERTConfiguration(path: folder.path + "/config.json")
        #expect(configuration.hiddenSize == 768 && configuration.vocabularySize == 30_522)
        #expect(configuration.positionCount == 512)
        let empty = try JSONDecoder().decode(BERTConfiguration.self, from: Data("{}".utf8))
        let whole = try JSONDecoder().decode(
            BERTConfiguration.self,
            from: Data(
                #"""
                {"vocab_size": 30522, "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12,
                 "intermediate_size": 3072, "hidden_act": "gelu", "hidden_dropout_prob": 0.1,
                 "attention_probs_dropout_prob": 0.1, "max_position_embeddings": 512, "type_vocab_size": 2,
                 "layer_norm_eps": 1e-12}
                """#.utf8))
        #expect(empty == whole)
    }

    @Test func `a folder further down is pointed at`() throws {
        try FileManager.default.removeItem(atPath: folder.path + "/config.json")
        for below in ["0_Transformer", "snapshots/1dbc166cf8765166998eff31ade2eb64c8a40076"] {
            let place = folder.path + "/" + below
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            _ = try folder.write("{}", as: below + "/config.json")
            #expect(try message().hasSuffix("found no readable file; the folder \(below) below it has one"))
            try FileManager.default.removeItem(atPath: place)
        }
        _ = try folder.write("{}", as: "bert_config.json")
        #expect(try message().hasSuffix("TensorFlow's bert_config.json: convert the checkpoint with transformers"))
    }

    @Test(
        arguments: [
            ("hidden_size", "sixteen", "hidden_size: expected another type, found "),
            ("hidden_act", "swish", "hidden_act: expected a supported value, found "),
        ])
    func `values of other kinds are refused`(_ key: String, _ value: String, _ start: String) throws {
        try small.configure([key: value])
        #expect(try message().hasPrefix("F/config.json: " + start))
    }

    @Test(
        arguments: [
            ("{", "file: expected a supported value, found "), ("", "file: expected a supported value, found "),
            ("[1]", "top: expected another type, found "),
        ])
    func `what is no object is refused`(_ contents: String, _ start: String) throws {
        _ = try folder.write(contents, as: "config.json")
        #expect(try message().hasPrefix("F/config.json: " + start))
    }

    @Test func `a missing file is named`() throws {
        try FileManager.default.removeItem(atPath: folder.path + "/config.json")
        #expect(try message() == "F/config.json: file: expected a BERT configuration, found no readable file")
    }
}
