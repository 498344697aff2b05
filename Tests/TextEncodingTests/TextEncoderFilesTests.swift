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

    @Test func `a vocabulary longer than the word table is refused, a shorter one is none`() throws {
        let small = try SmallEncoder()
        let rows = SmallEncoder.vocabulary
        _ = try small.folder.write(rows.dropLast().joined(separator: "\n"), as: "vocab.txt")
        #expect(try difference(small.load(), SmallEncoder().load()) < 1e-5)
        _ = try small.folder.write((rows + ["more"]).joined(separator: "\n"), as: "vocab.txt")
        #expect(
            try message(of: InputError.self, in: small.folder) { _ = try small.load() }
                == "F/vocab.txt: vocabulary: expected at most 14 tokens, the rows of the word embeddings, found 15")
    }

    @Test func `rows beyond vocab_size are no fault`() throws {
        let padded = try SmallEncoder { tensors in
            let table = "embeddings.word_embeddings.weight"
            let rows = try #require(tensors[table])
            return tensors.merging([table: try Tensor.concatenated([rows, .full([2, 16], 9)])]) { $1 }
        }
        #expect(try difference(padded.load(), SmallEncoder().load()) < 1e-5)
    }

    @Test func `wrappers' names come off in any order, and two parameters of one name are refused`() throws {
        for prefix in ["module.", "module.bert.", "bert.module."] {
            let wrapped = try SmallEncoder { Dictionary(uniqueKeysWithValues: $0.map { (prefix + $0, $1) }) }
            #expect(try difference(wrapped.load(), SmallEncoder().load()) < 1e-5)
        }
        let double = try SmallEncoder { tensors in
            tensors.merging(["bert.embeddings.LayerNorm.gamma": try .zeros([16])]) { $1 }
        }
        #expect(
            try message(of: InputError.self, in: double.folder) { _ = try double.load() }
                == "F/model.safetensors: embeddings.LayerNorm.weight: expected one such parameter, "
                + "found bert.embeddings.LayerNorm.gamma and embeddings.LayerNorm.weight")
    }

    @Test func `another family's weights are one line, not one for every parameter`() throws {
        let roberta = try SmallEncoder { Dictionary(uniqueKeysWithValues: $0.map { ("roberta." + $0, $1) }) }
        #expect(
            try message(of: InputError.self, in: roberta.folder) { _ = try roberta.load() }
                == "F/model.safetensors: parameters: expected a BERT's: embeddings.*, also behind bert. or module., "
                + "found roberta.embeddings.LayerNorm.bias")
        let distilled = try SmallEncoder { tensors in
            Dictionary(uniqueKeysWithValues: tensors.map { ($0.replacing("encoder.", with: "transformer."), $1) })
        }
        #expect(
            try message(of: InputError.self, in: distilled.folder) { _ = try distilled.load() }
                .hasSuffix(
                    "expected a BERT's: encoder.*, also behind bert. or module., "
                        + "found transformer.layer.0.attention.output.LayerNorm.bias"))
    }

    @Test func `weights that do not fit are listed`() throws {
        let small = try SmallEncoder { tensors in
            var tensors = tensors
            tensors["embeddings.LayerNorm.bias"] = nil
            tensors["encoder.layer.1.output.dense.bias"] = try .zeros([17])
            tensors["embeddings.colour\n.weight"] = try .zeros([2, 16])
            return tensors
        }
        #expect(
            try message(of: ParameterError.self, in: small.folder) { _ = try small.load() }
                == "F/model.safetensors: 3 parameters do not fit: "
                + "embeddings.LayerNorm.bias: expected [16], found nothing; "
                + "encoder.layer.1.output.dense.bias: expected [16], found [17]; "
                + "embeddings.colour\\n.weight: expected no such parameter, found one")
    }

    @Test func `a folder without weights is named, with what it has instead`() throws {
        let small = try SmallEncoder()
        try FileManager.default.removeItem(atPath: small.folder.path + "/model.safetensors")
        func line() throws -> String { try message(of: InputError.self, in: small.folder) { _ = try small.load() } }
        #expect(
            try line()
                == "F/model.safetensors: expected this file, or model.safetensors.index.json, pytorch_model.bin, "
                + "pytorch_model.bin.index.json, found none of them")
        _ = try small.folder.write("x", as: "tf_model.h5")
        #expect(try line().hasSuffix("found tf_model.h5: load it with transformers and save_pretrained it"))
        // The cache of a hub after its blobs are gone.
        try FileManager.default.createSymbolicLink(
            atPath: small.folder.path + "/pytorch_model.bin", withDestinationPath: "../blobs/gone")
        #expect(try line().hasSuffix("found pytorch_model.bin, a link to nothing"))
    }

    @Test(arguments: [
        (#"{"weight_map": {}}"#, "weight_map: expected a file's name for every tensor, found none"),
        (#"{"weight_map": {"a": "../b"}}"#, "weight_map: expected names of files beside it, found ../b"),
        (#"{"a": "b"}"#, "weight_map: expected a file's name for every tensor, found no weight_map"),
    ])
    func `an index that leads nowhere is refused`(_ contents: String, _ expected: String) throws {
        let small = try SmallEncoder()
        try FileManager.default.removeItem(atPath: small.folder.path + "/model.safetensors")
        _ = try small.folder.write(contents, as: "model.safetensors.index.json")
        #expect(
            try message(of: InputError.self, in: small.folder) { _ = try small.load() }
                == "F/model.safetensors.index.json: " + expected)
    }

    @Test func `a part that is missing or lacks a tensor is named`() throws {
        let small = try SmallEncoder()
        let (whole, part) = (small.folder.path + "/model.safetensors", small.folder.path + "/part.safetensors")
        try FileManager.default.moveItem(atPath: whole, toPath: part)
        func problem(_ map: String) throws -> String {
            _ = try small.folder.write(#"{"weight_map": {\#(map)}}"#, as: "model.safetensors.index.json")
            return try message(of: InputError.self, in: small.folder) { _ = try small.load() }
        }
        #expect(
            try problem(#""embeddings.LayerNorm.bias": "other.safetensors""#)
                == "F/other.safetensors: expected this file, which model.safetensors.index.json names, found none")
        #expect(
            try problem(#""colour": "part.safetensors""#)
                == "F/part.safetensors: colour: expected this tensor, by model.safetensors.index.json, found none")
        try FileManager.default.copyItem(atPath: part, toPath: small.folder.path + "/twice.safetensors")
        #expect(
            try problem(
                #""embeddings.LayerNorm.bias": "part.safetensors", "embeddings.LayerNorm.weight": "twice.safetensors""#)
                == "F/twice.safetensors: expected tensors that no other file has, found one that is there")
    }
}
