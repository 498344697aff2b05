import AsCLBase
import Foundation
import PretrainedEncoders
import PretrainedFolders
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

    /// A folder of a whole model.
    func whole(_ family: PretrainedFamily) throws -> ScratchFolder {
        let folder = try ScratchFolder()
        try TinyPretrained.write(family, to: folder.path)
        return folder
    }

    @Test func `a whole CLIP is read, and what it is is told`() throws {
        let folder = try whole(.clip)
        let (report, model) = (PretrainedReport(directory: folder.path), try DualEncoder(directory: folder.path))
        #expect(report.isReadable && report.family == "clip" && report.notices.isEmpty)
        #expect(report.text?.layers == 2 && report.text?.width == 16 && report.text?.vectorWidth == 8)
        #expect(report.text?.vocabulary == 516 && report.text?.tokens == 24 && report.text?.imageSize == nil)
        #expect(report.picture?.imageSize == 12 && report.picture?.patchSize == 4 && report.picture?.heads == 2)
        #expect(report.tokenizer == "byte pairs (vocab.json), 516 tokens")
        #expect(report.preprocessing?.hasPrefix("shorter side 12, the middle 12 x 12, bicubic, mean [0.48") == true)
        #expect(
            try report.weights == "model.safetensors"
                && report.weightsByteCount == folder.data("model.safetensors").count)
        #expect(report.parameterCount == model.parameters.valueCount)
        let lines = report.description.split(separator: "\n")
        #expect(lines.first.map(String.init) == folder.path && lines.last == "    this program reads it")
        #expect(lines.count == 8)
    }

    @Test func `a whole SigLIP is read`() throws {
        let folder = try whole(.siglip)
        let whole = PretrainedReport(directory: folder.path)
        #expect(whole.isReadable && whole.family == "siglip" && whole.picture?.vectorWidth == 16)
        #expect(whole.tokenizer == "byte pairs (tokenizer.json), 289 tokens")
        #expect(whole.preprocessing == "squashed to 12 x 12, bicubic, mean [0.5, 0.5, 0.5], deviation [0.5, 0.5, 0.5]")
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
        let folder = try whole(.clip)
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
        let folder = try whole(.clip)
        try folder.write(
            #"{"image_processor_type": "CLIPImageProcessor", "size": 14, "crop_size": 14}"#,
            to: "preprocessor_config.json")
        try folder.configure { values in
            var text = values["text_config"] as? [String: Any]
            text?["eos_token_id"] = 97
            values["text_config"] = text
        }
        #expect(
            problems(folder) == [
                "F/vocab.json: end of a text: expected token 97, eos_token_id of config.json, found 515",
                "F/preprocessor_config.json: size: expected 12 x 12, image_size of config.json, found 14 x 14",
            ])
        try folder.configure { values in
            var text = values["text_config"] as? [String: Any]
            text?["vocab_size"] = 515
            values["text_config"] = text
        }
        #expect(
            problems(folder)[0]
                == "F/vocab.json: vocabulary: expected at most the 515 tokens of config.json, found 516")
        let index = try whole(.clip)
        try FileManager.default.removeItem(atPath: index.path + "/model.safetensors")
        try index.write(#"{"weight_map": {"a": "model-1.safetensors"}}"#, to: "model.safetensors.index.json")
        #expect(problems(index).count == 1 && problems(index)[0].hasPrefix("F/model-1.safetensors: expected this file"))
    }
}
