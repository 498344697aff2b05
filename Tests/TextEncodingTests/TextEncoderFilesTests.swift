import ArrayFiles
import AsCLBase
import Foundation
import Testing
import TextEncoding
import Torch
import TorchNN

/// Folders as others write them, and folders that are wrong.
@Suite struct TextEncoderFilesTests {
    func difference(_ first: TextEncoder, _ second: TextEncoder) throws -> Double {
        try largestDifference(first.encode(manyTexts).rows, second.encode(manyTexts).rows)
    }

    /// What `BertForPreTraining` of the first years wrote.
    @Test func `older names and heads load`() throws {
        let older = try SmallEncoder { tensors in
            var renamed: [String: Tensor] = [:]
            for (name, tensor) in tensors {
                let old = name.replacing("LayerNorm.weight", with: "LayerNorm.gamma")
                renamed["bert." + old.replacing("LayerNorm.bias", with: "LayerNorm.beta")] = tensor
            }
            renamed["bert.pooler.dense.weight"] = try .zeros([16, 16])
            renamed["bert.embeddings.position_ids"] = try Tensor.range(12)
            renamed["cls.predictions.bias"] = try .zeros([14])
            renamed["cls.seq_relationship.weight"] = try .zeros([2, 16])
            return renamed
        }
        #expect(try difference(older.load(), SmallEncoder().load()) < 1e-5)
        let withPooler = try SmallEncoder { $0.merging(["pooler.dense.bias": try .zeros([16])]) { $1 } }
        #expect(try withPooler.load().parameters.dictionary["pooler.dense.bias"] == nil)
    }

    @Test func `what is saved is the same when loaded again`() throws {
        let small = try SmallEncoder(), target = small.folder.path + "/saved/encoder"
        _ = try small.folder.write(#"{"do_lower_case": false}"#, as: "tokenizer_config.json")
        let encoder = try small.load()
        try encoder.parameters.setRequiresGradient(true)
        let first = try #require(encoder.parameters.entries.first)
        try withoutGradients { try first.tensor.fill(0.25) }
        try encoder.save(to: target)
        let again = try TextEncoder(directory: target)
        #expect(try difference(again, encoder) < 1e-5)
        #expect(try #require(again.parameters.dictionary[first.name]).maximum(0).maximum(0).item() == 0.25)
        #expect(try again.tokenize(["Dog dog"], maxTokens: 9)[0].ids == [2, 1, 5, 3], "the tokenizer's settings too")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: target).sorted()
                == ["config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt"])
        #expect(try SafetensorsFile(path: target + "/model.safetensors").metadata == ["format": "pt"])
    }

    @Test func `a vocabulary that does not fit is refused`() throws {
        let small = try SmallEncoder()
        _ = try small.folder.write(SmallEncoder.vocabulary.dropLast().joined(separator: "\n"), as: "vocab.txt")
        #expect(
            try message(of: InputError.self, in: small.folder) { _ = try small.load() }
                == "F/vocab.txt: vocabulary: expected 14 tokens (vocab_size in config.json), found 13")
    }

    @Test func `weights that do not fit are listed`() throws {
        let small = try SmallEncoder { tensors in
            var tensors = tensors
            tensors["embeddings.LayerNorm.bias"] = nil
            tensors["encoder.layer.1.output.dense.bias"] = try .zeros([17])
            tensors["classifier.weight"] = try .zeros([2, 16])
            return tensors
        }
        #expect(
            try message(of: ParameterError.self, in: small.folder) { _ = try small.load() }
                == "F/model.safetensors: 3 parameters do not fit: "
                + "embeddings.LayerNorm.bias: expected [16], found nothing; "
                + "encoder.layer.1.output.dense.bias: expected [16], found [17]; "
                + "classifier.weight: expected no such parameter, found one")
    }

    @Test func `a folder without weights is named`() throws {
        let small = try SmallEncoder()
        try FileManager.default.removeItem(atPath: small.folder.path + "/model.safetensors")
        #expect(
            try message(of: InputError.self, in: small.folder) { _ = try small.load() }
                .hasPrefix("F/model.safetensors: "))
    }
}
