import ArrayFiles
import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

/// `ascl weights convert` from the command line.
struct WeightsConvertTests {
    private static let tests = #filePath.replacingOccurrences(of: "AsCLToolTests/WeightsConvertTests.swift", with: "")
    private static let published = tests + "RetrievalModelsTests/Resources/Published/"

    @Test func `a state dict becomes safetensors of the same names`() throws {
        let source = Self.tests + "ArrayFilesTests/Resources/StateDicts/module.zip.2.13.pth"
        let output = try Workshop.newFolder("converted") + "/module.safetensors"
        let run = try Tool.run("weights", "convert", source, "--output", output)
        #expect(run.status == 0 && run.output == "\(output): 7 tensors\n", "\(run)")
        let (theirs, ours) = (try StateDictFile(path: source), try SafetensorsFile(path: output))
        #expect(ours.metadata == ["format": "pt"])
        #expect(Set(ours.entries.keys) == Set(theirs.entries.keys))
        for (name, entry) in theirs.entries {
            let bytes = try #require(theirs.bytes(of: name))
            #expect(ours.entries[name]?.elementType == entry.elementType && ours.entries[name]?.shape == entry.shape)
            #expect(withExtendedLifetime(bytes) { Array(bytes.bytes) } == ours.bytes(of: name).map(Array.init))
        }
        let again = try Tool.run("weights", "convert", source, "--output", output)
        expectRefusal(again, [output, "output: expected a new name, found one that is there"])
    }

    @Test func `published weights become a model that evaluates`() throws {
        let folder = try ScratchFolder()
        let (bert, model) = (folder.path + "/bert", folder.path + "/model")
        try TinyTextEncoder.write(to: bert, width: 64)
        var data = RetrievalFixtures.TinyData(images: 4, captionsPerImage: 2)
        data.globalDimension = 6
        try data.write("test", to: folder)
        // Somebody's own.
        try folder.write("mine", to: "model.partial")
        let run = try Tool.run(
            "weights", "convert", Self.published + "uniter.pt", "--method", "uniter", "--text-encoder", bert,
            "--output", model + "/")
        #expect(run.status == 0 && run.output.hasPrefix("\(model): uniter, "), "\(run)")
        #expect(run.errorLines.contains { $0.contains("cls.predictions.decoder.weight") })
        #expect(try names(in: folder.path).filter { $0.contains("partial") } == ["model.partial"])
        #expect(try text(model + ".partial") == "mine")
        let evaluation = try Tool.run("evaluate", "--checkpoint", model, "--data", folder.path, "--split", "test")
        #expect(evaluation.status == 0 && !evaluation.output.isEmpty, "\(evaluation)")
    }

    @Test func `weights of another system leave nothing behind`() throws {
        let folder = try ScratchFolder()
        try TinyTextEncoder.write(to: folder.path + "/bert", width: 64)
        let run = try Tool.run(
            "weights", "convert", Self.published + "uniter.pt", "--method", "lightningdot", "--text-encoder",
            folder.path + "/bert", "--output", folder.path + "/model")
        expectRefusal(run, [Self.published + "uniter.pt", "txt_model.bert.embeddings.word_embeddings.weight"])
        #expect(try names(in: folder.path) == ["bert"])
    }

    @Test(arguments: [
        (["a.pt", "--method", "dime", "--text-encoder", "bert"], "Expected 2 files of weights for dime, found 1"),
        (["a.pt", "--method", "uniter"], "--method and --text-encoder want each other"),
        (["a.pt"], "--output has to end with .safetensors"),
        (["a.pt", "b.pt"], "Expected 1 file of weights for a conversion without --method, found 2"),
        (["a.pt", "--method", "vsrn", "--text-encoder", "bert"], "uniter"),
    ])
    func `what cannot be meant is a usage error`(_ arguments: [String], _ part: String) throws {
        let run = try Tool(["weights", "convert", "--output", "out"] + arguments).finish()
        #expect(run.status == 2 && run.errors.contains(part), "\(run)")
    }
}
