import AsCLBase
import Foundation
import PretrainedEncoders
import RetrievalFixtures
import Testing
import Torch

@Suite struct PretrainedReportTests {
    /// The problems, with the folder's path as `F`.
    func problems(_ folder: ScratchFolder, readsWeights: Bool = true) -> [String] {
        let report = PretrainedReport(directory: folder.path, readsWeights: readsWeights)
        #expect(report.isReadable == report.problems.isEmpty)
        #expect(report.firstError.map { "\($0)" } == report.problems.first)
        #expect(report.problems.allSatisfy { !$0.contains { $0.isNewline } })
        return report.problems.map { $0.replacing(folder.path, with: "F") }
    }

    @Test func `a whole CLIP is read, and what it is is told`() throws {
        let folder = try TinyCLIP.folder()
        let report = PretrainedReport(directory: folder.path)
        #expect(report.isReadable && report.family == "clip" && report.notices.isEmpty)
        #expect(report.text?.layers == 1 && report.text?.width == 16 && report.text?.vectorWidth == 8)
        #expect(report.text?.vocabulary == 100 && report.text?.tokens == 12 && report.text?.imageSize == nil)
        #expect(report.picture?.imageSize == 10 && report.picture?.patchSize == 4 && report.picture?.heads == 2)
        #expect(report.tokenizer == "byte pairs (vocab.json), 100 tokens")
        #expect(report.preprocessing?.hasPrefix("shorter side 10, the middle 10 x 10, bicubic, mean [0.48") == true)
        #expect(report.weights == "model.safetensors" && report.weightsByteCount == 31_532)
        #expect(report.parameterCount == 6665)
        let lines = report.description.split(separator: "\n")
        #expect(lines.first.map(String.init) == folder.path && lines.last == "    this program reads it")
        #expect(lines.count == 8)
    }

    @Test func `a whole SigLIP is read`() throws {
        let folder = try StoredFolders.copy("siglip")
        let tokenizer = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("TextEncodingTests/Resources/Tokenizers/siglip")
        for name in ["spiece.model", "tokenizer_config.json"] {
            try FileManager.default.copyItem(
                atPath: tokenizer.path + "/" + name, toPath: folder.path + "/" + name)
        }
        try folder.write(
            #"{"image_processor_type": "SiglipImageProcessor", "size": {"height": 8, "width": 8}, "resample": 2}"#,
            to: "preprocessor_config.json")
        let size = try #require(
            problems(folder).first?.firstMatch(of: /expected at most the \d+ tokens of config.json, found (\d+)$/)
                .flatMap { Int($0.output.1) })
        try folder.configure { values in
            var text = values["text_config"] as? [String: Any]
            text?["vocab_size"] = size
            values["text_config"] = text
        }
        try folder.change { tensors in
            let name = "text_model.embeddings.token_embedding.weight"
            let width = try #require(tensors[name]).shape[1]
            tensors[name] = try .zeros([size, width])
        }
        let report = PretrainedReport(directory: folder.path)
        #expect(report.problems.isEmpty && report.family == "siglip")
        #expect(report.tokenizer == "SentencePiece's unigrams (spiece.model), \(size) tokens")
        #expect(report.preprocessing == "squashed to 8 x 8, bilinear, mean [0.5, 0.5, 0.5], deviation [0.5, 0.5, 0.5]")
    }

    @Test func `a tower alone wants only what is its own`() throws {
        let text = try StoredFolders.copy("clip_text")
        #expect(problems(text) == ["F: tokenizer: expected tokenizer.json, vocab.json or spiece.model, found none"])
        let picture = try StoredFolders.copy("siglip_vision")
        let report = PretrainedReport(directory: picture.path)
        #expect(report.text == nil && report.picture != nil && report.parameterCount != nil)
        #expect(problems(picture).count == 1 && problems(picture)[0].hasPrefix("F/preprocessor_config.json: opening: "))
    }

    @Test func `everything that is wrong is told at once`() throws {
        let folder = try TinyCLIP.folder()
        for name in ["merges.txt", "preprocessor_config.json"] {
            try FileManager.default.removeItem(atPath: folder.path + "/" + name)
        }
        try folder.change { $0["text_model.final_layer_norm.bias"] = nil }
        let found = problems(folder)
        #expect(found.count == 3 && found[0].hasPrefix("F/merges.txt: ") && found[1].hasPrefix("F/preprocessor_config"))
        #expect(
            found[2]
                == "F/model.safetensors: 1 parameter does not fit: text_model.final_layer_norm.bias: expected [16], "
                + "found nothing")
        #expect(problems(folder, readsWeights: false).count == 2)
        try FileManager.default.removeItem(atPath: folder.path + "/model.safetensors")
        #expect(problems(folder)[2].hasPrefix("F/model.safetensors: expected this file, or "))
        try folder.write("{}", to: "config.json")
        #expect(problems(folder).count == 1 && problems(folder)[0].hasPrefix("F/config.json: model_type: "))
    }

    @Test func `parts that do not fit each other are told`() throws {
        let folder = try TinyCLIP.folder()
        try folder.write(
            #"{"image_processor_type": "CLIPImageProcessor", "size": 12, "crop_size": 12}"#,
            to: "preprocessor_config.json")
        try folder.configure { values in
            var text = values["text_config_dict"] as? [String: Any]
            text?["eos_token_id"] = 97
            values["text_config_dict"] = text
        }
        #expect(
            problems(folder) == [
                "F/vocab.json: end of a text: expected token 97, eos_token_id of config.json, found 99",
                "F/preprocessor_config.json: size: expected 10 x 10, image_size of config.json, found 12 x 12",
            ])
        let index = try TinyCLIP.folder()
        try FileManager.default.removeItem(atPath: index.path + "/model.safetensors")
        try index.write(#"{"weight_map": {"a": "model-1.safetensors"}}"#, to: "model.safetensors.index.json")
        #expect(problems(index).count == 1 && problems(index)[0].hasPrefix("F/model-1.safetensors: expected this file"))
    }
}
