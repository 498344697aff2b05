import ArrayFiles
import Foundation
import Testing
import TextEncoding
import Torch
import TorchNN

/// Hidden states as Hugging Face's `BertModel` computes them, of order 1: every one to 1e-5.
@Suite struct BERTConformanceTests {
    static let tolerance = 1e-5

    func recorded(_ name: String) throws -> (tensors: [String: Tensor], metadata: [String: String]) {
        let path = try #require(Bundle.module.path(forResource: name, ofType: "safetensors", inDirectory: "Resources"))
        let file = try SafetensorsFile(path: path)
        return (try TensorFiles.load(file), file.metadata)
    }

    /// The rows of real tokens of `bert`'s output and of the recorded one, which is padded.
    func rows(
        _ bert: BERT, _ ids: Tensor?, _ mask: Tensor?, _ hidden: Tensor?
    ) throws -> (found: TextBatch, expected: TextBatch) {
        let ids = try #require(ids), mask = try #require(mask)
        let lengths = try mask.sum(1).array(Int.self)
        #expect(Set(lengths).count > 3, "texts of several lengths")
        let found = try bert(embeddings: bert.embed(ids), mask: mask.to(.bool))
        return (
            try TextBatch(padded: found, lengths: lengths), try TextBatch(padded: #require(hidden), lengths: lengths)
        )
    }

    @Test func `a random BERT has Hugging Face's states`() throws {
        let (tensors, metadata) = try recorded("bert_random")
        let configuration = try JSONDecoder().decode(
            BERTConfiguration.self, from: Data(#require(metadata["config"]).utf8))
        let weights = tensors.filter { !$0.key.hasPrefix("case.") }
        let bert = try ParameterStore.load(weights, from: "bert_random") { try BERT($0, configuration) }.model
        let (found, expected) = try rows(
            bert, tensors["case.input_ids"], tensors["case.attention_mask"], tensors["case.last_hidden_state"])
        #expect(try largestDifference(found.rows, expected.rows) < Self.tolerance)
    }

    @Test func `the real encoder has Hugging Face's states`() throws {
        let (tensors, metadata) = try recorded("minilm")
        let encoder = try TextEncoder(directory: textEncoderFolder())
        #expect(encoder.width == 384)
        let (found, expected) = try rows(
            #require(encoder.network as? BERT), tensors["input_ids"], tensors["attention_mask"],
            tensors["last_hidden_state"])
        #expect(try largestDifference(found.rows, expected.rows) < Self.tolerance)

        let texts = try JSONDecoder().decode([String].self, from: Data(#require(metadata["texts"]).utf8))
        let tokens = try encoder.tokenize(texts, maxTokens: 34).map(\.ids)
        let ids: [Int] = try #require(tensors["input_ids"]).array()
        for (text, tokens) in tokens.enumerated() {
            #expect(tokens.map(Int.init) == Array(ids[(text * 34)...].prefix(tokens.count)), "\(texts[text])")
        }
        let packed = try encoder.encode(tokens)
        #expect(packed.lengths == expected.lengths)
        #expect(try largestDifference(packed.rows, expected.rows) < Self.tolerance)
    }
}
