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
            ("model_type", "roberta", "model_type: expected bert, found roberta"),
            (
                "position_embedding_type", "relative_key",
                "position_embedding_type: expected absolute, found relative_key"
            ),
            ("num_attention_heads", 3, "num_attention_heads: expected a divisor of hidden_size 16, found 3"),
            ("num_attention_heads", 0, "num_attention_heads: expected at least 1, found 0"),
            ("max_position_embeddings", -1, "max_position_embeddings: expected at least 1, found -1"),
            ("hidden_size", nil, "hidden_size: expected a value, found no such key"),
            ("layer_norm_eps", nil, "layer_norm_eps: expected a value, found no such key"),
        ] as [(String, (any Sendable)?, String)])
    func `impossible values are refused`(_ key: String, _ value: (any Sendable)?, _ expected: String) throws {
        try small.configure([key: value])
        #expect(try message() == "F/config.json: " + expected)
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
