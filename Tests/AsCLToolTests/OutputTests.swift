import Foundation
import Testing

/// What stands in the way of writing is one line, and nothing is lost or left half-written.
struct OutputTests {
    @Test func `a run is only replaced when asked`() throws {
        let data = try TinyData()
        #expect(try data.train("--set", "training.epochs=1").status == 0)
        let before = try names(in: data.output)
        let weights = try bytes(data.output + "/model.safetensors")

        expectRefusal(
            try data.train(),
            [data.output, "expected no run in the output folder", "found training.yaml", "--resume", "--overwrite"])
        #expect(try names(in: data.output) == before)
        #expect(try bytes(data.output + "/model.safetensors") == weights)

        // Nothing of the old run stays: another encoder need not have all of its files.
        try #require(exists(data.output + "/text_encoder/tokenizer_config.json"))
        let encoder = try Workshop.linked(to: Workshop.textEncoder.get(), "encoder")
        try FileManager.default.removeItem(atPath: encoder + "/tokenizer_config.json")
        let settings = ["training.seed=1", "text_encoder.path=\(encoder)"]
        #expect(try data.train("--overwrite", "--set", settings[0], "--set", settings[1]).status == 0)
        #expect(!exists(data.output + "/text_encoder/tokenizer_config.json"))
        #expect(try bytes(data.output + "/model.safetensors") != weights)
        #expect(try text(data.output + "/training.yaml").contains("seed: 1"))
    }

    @Test func `there has to be a run to resume`() throws {
        let data = try TinyData()
        expectRefusal(
            try Tool.run("train", "--resume", "--data", data.path, "--output", data.output),
            [data.output, "expected the folder of the run to resume", "found nothing"])
        #expect(!exists(data.output))
        try FileManager.default.createDirectory(atPath: data.output, withIntermediateDirectories: true)
        expectRefusal(
            try Tool.run("train", "--resume", "--data", data.path, "--output", data.output),
            [data.output, "expected the folder of the run to resume", "found no training.yaml in it"])
    }

    @Test func `a file is no output folder`() throws {
        let data = try TinyData()
        try write("mine", to: data.output)
        expectRefusal(try data.train(), [data.output, "expected a folder for the run", "found a file"])
        #expect(try text(data.output) == "mine")
    }

    @Test func `scenes replace scenes alone`() throws {
        let folder = try Workshop.newFolder("occupied")
        try write("mine", to: folder + "/letter.txt")
        let arguments = ["scenes", "generate", "--train", "20", "--output", folder]
        expectRefusal(try Tool(arguments).finish(), [folder, "expected nothing there", "--overwrite"])
        expectRefusal(try Tool(arguments + ["--overwrite"]).finish(), [folder, "expected generated scenes"])
        #expect(try names(in: folder) == ["letter.txt"])
    }

    @Test func `scores that cannot be written are refused at once`() throws {
        let path = try Workshop.newFolder("scores") + "/none/scores.npy"
        expectRefusal(try evaluate(scores: path).finish(), [path, "expected a folder that can be written", "No such"])
        let folder = try Workshop.newFolder("scores")
        expectRefusal(
            try evaluate(scores: folder).finish(), [folder, "expected the name of a file", "found a folder's"])
        // Never tried on the system's own /dev/null, which a failure would replace.
        mkfifo(folder + "/pipe", 0o600)
        expectRefusal(
            try evaluate(scores: folder + "/pipe").finish(), [folder + "/pipe", "the name of a file", "a pipe"])
        #expect(try names(in: folder) == ["pipe"])
    }

    @Test func `a full disk is told and leaves nothing`() throws {
        let folder = try Workshop.newFolder("full")
        let scores = folder + "/scores.npy"
        expectRefusal(
            try evaluate(scores: scores, shell: "ulimit -f 2").finish(),
            [scores, "writing: expected room", "found File too large"])
        let scenes = folder + "/scenes"
        expectRefusal(
            try Tool(["scenes", "generate", "--train", "20", "--output", scenes], shell: "ulimit -f 16").finish(),
            ["train_ims.npy", "writing: expected room", "found File too large"])
        #expect(try names(in: folder).isEmpty)
    }

    @Test func `a training on a full disk can be resumed`() throws {
        let data = try TinyData()
        let full = try Tool(
            ["train", "--config", Workshop.configuration.get(), "--data", data.path, "--output", data.output],
            shell: "ulimit -f 20"
        ).finish()
        expectRefusal(
            full, [data.output + "/text_encoder/model.safetensors", "expected room", "found File too large"],
            hasBegun: true)
        let entries = try #require(FileManager.default.enumerator(atPath: data.output)).compactMap { $0 as? String }
        #expect(!entries.contains { $0.hasSuffix(".partial") }, "\(entries)")
        #expect(try Tool.run("train", "--resume", "--data", data.path, "--output", data.output).status == 0)

        let whole = try TinyData()
        #expect(try whole.train().status == 0)
        #expect(try bytes(data.output + "/model.safetensors") == bytes(whole.output + "/model.safetensors"))
    }

    @Test func `an answer that cannot be printed is an error`() throws {
        let run = try Tool(["--version"], shell: "exec > /dev/full").finish()
        expectRefusal(run, ["standard output", "No space left on device"])
        let inspection = try Tool(["data", "inspect", Workshop.scenes.get()], shell: "exec > /dev/full").finish()
        expectRefusal(inspection, ["standard output", "No space left on device"])
    }

    private func evaluate(scores: String, shell: String = "") throws -> Tool {
        try Tool(
            [
                "evaluate", "--checkpoint", Workshop.checkpoint.get(), "--data", Workshop.scenes.get(), "--split",
                "test", "--scores", scores,
            ], shell: shell)
    }
}
