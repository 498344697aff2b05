import Foundation
import Testing

/// `ascl scenes encoder`: from drawn pictures to a Hugging Face folder.
struct ScenesEncoderTests {
    @Test func `it writes a folder, says how far it is and what the encoder finds`() throws {
        let output = try Workshop.newFolder("encoder") + "/clip"
        let run = try Tool(arguments(output, "--epochs", "2", "--seed", "3")).finish()
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            try names(in: output) == [
                "config.json", "merges.txt", "model.safetensors", "preprocessor_config.json", "special_tokens_map.json",
                "tokenizer_config.json", "vocab.json",
            ])
        #expect(run.errorLines.first?.hasPrefix("training on 20 pictures with 100 captions, ") == true)
        #expect(run.errorLines.contains { $0.hasPrefix("epoch 2, step 2: validation R@1 ") })
        #expect(run.outputLines.first == "test, 4 images x 20 captions")
        #expect(run.outputLines.count == 5)

        let weights = try bytes(output + "/model.safetensors")
        #expect(try Tool(arguments(output, "--epochs", "2", "--overwrite")).finish().status == 0)
        #expect(try bytes(output + "/model.safetensors") != weights)
        #expect(try Tool(arguments(output, "--epochs", "2", "--seed", "3", "--overwrite")).finish().status == 0)
        #expect(try bytes(output + "/model.safetensors") == weights)
    }

    @Test func `Control-C leaves nothing`() throws {
        let folder = try Workshop.newFolder("encoder")
        let signal = SignalAtFile(signal: SIGINT, file: "/model.safetensors")
        let run = try Tool(arguments(folder + "/clip", "--epochs", "500"), signal: signal).finish()
        #expect(run.status == 130 && !run.wasKilled)
        #expect(run.errorLines.last == "interrupted; nothing was written")
        #expect(try names(in: folder).isEmpty)
    }

    @Test func `what is wrong is told before anything is written`() throws {
        let folder = try Workshop.newFolder("encoder")
        let (output, scenes) = (folder + "/clip", try Workshop.scenes.get())
        expectRefusal(
            try Tool.run("scenes", "encoder", "--data", scenes, "--output", output),
            [scenes + "/images", "expected a folder of pictures (ascl scenes generate --pictures), found none"])

        let torn = try Workshop.linked(to: Workshop.drawnScenes.get(), "torn")
        try FileManager.default.removeItem(atPath: torn + "/images")
        try FileManager.default.copyItem(atPath: Workshop.drawnScenes.get() + "/images", toPath: torn + "/images")
        try write(Data(bytes(torn + "/images/test_000003.png").prefix(200)), to: torn + "/images/test_000003.png")
        expectRefusal(
            try Tool.run("scenes", "encoder", "--data", torn, "--output", output), [torn + "/images/test_000003.png"])

        #expect(try names(in: folder).isEmpty)
        try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
        try write("mine", to: output + "/notes.txt")
        expectRefusal(
            try Tool(arguments(output)).finish(),
            [output, "expected nothing in it (or --overwrite)", "found notes.txt"])
        expectRefusal(
            try Tool(arguments(output, "--overwrite")).finish(),
            [output, "expected nothing but an encoder", "found notes.txt"])
        #expect(try names(in: folder) == ["clip"] && names(in: output) == ["notes.txt"])
        #expect(try Tool(arguments(output, "--epochs", "0")).finish().status == 2)
    }

    private func arguments(_ output: String, _ others: String...) throws -> [String] {
        ["scenes", "encoder", "--data", try Workshop.drawnScenes.get(), "--output", output] + others
    }
}
