import Foundation
import Testing

/// What `ascl train` takes besides a configuration.
struct TrainOptionsTests {
    @Test func `usual values have options of their own`() throws {
        let data = try TinyData()
        let run = try data.train(
            "--epochs", "1", "--batch-size", "8", "--learning-rate", "0.01", "--seed", "3", "--set",
            "training.log_every_steps=2")
        #expect(run.status == 0, "\(run.errors)")
        let written = try text(data.output + "/training.yaml")
        for line in ["epochs: 1", "batch_size: 8", "learning_rate: 0.01", "seed: 3", "log_every_steps: 2"] {
            #expect(written.contains("  \(line)\n"), "\(line)")
        }
    }

    @Test func `a value that cannot be is told by its option`() throws {
        let data = try TinyData()
        expectRefusal(
            try data.train("--epochs", "0"),
            ["--epochs 0: training.epochs: expected a whole number of at least 1, found 0"])
        #expect(!exists(data.output))
    }

    @Test func `a dry run tells of the training and leaves nothing behind`() throws {
        let data = try TinyData()
        let temporary = try Workshop.newFolder("temporary")
        let run = try Tool(
            [
                "train", "--config", Workshop.configuration.get(), "--data", data.path, "--output", data.output,
                "--dry-run",
            ], environment: ["TMPDIR": temporary]
        ).finish()
        #expect(run.status == 0, "\(run.errors)")
        let lines = run.outputLines
        try #require(lines.count == 4, "\(run.output)")
        #expect(lines[0] == "steps    4 (2 an epoch), 2 validations")
        #expect(lines[1].hasPrefix("time     about 0:00:0"))
        #expect(lines[2].wholeMatch(of: /memory   about [0-9]+ MB/) != nil)
        #expect(lines[3].hasPrefix("disk     about 1 MB for the run, and "))
        #expect(try !exists(data.output) && names(in: temporary).isEmpty)
    }

    @Test func `a dry run refuses what the training would`() throws {
        let data = try TinyData()
        #expect(try data.train("--epochs", "1").status == 0)
        expectRefusal(try data.train("--dry-run"), ["expected no run in the output folder"])
        // Gone on with, it has fewer steps left.
        let resumed = try Tool.run("train", "--resume", "--data", data.path, "--output", data.output, "--dry-run")
        #expect(resumed.outputLines.first == "steps    0 (2 an epoch, 2 done before), 1 validations")
        try data.features("train_ims.npy", [4, 3, 5], odd: (7, .nan))
        let broken = try Tool(
            [
                "train", "--config", Workshop.configuration.get(), "--data", data.path, "--output",
                data.output + "-other", "--dry-run",
            ]
        ).finish()
        expectRefusal(broken, ["train_ims.npy", "nan"])
        #expect(!exists(data.output + "-other"))
    }

    @Test func `a training begins with another's weights`() throws {
        let (data, other) = (try TinyData(), try TinyData())
        expectRefusal(
            try data.train("--from", other.output), ["config.json", "found no readable file"], hasBegun: true)
        #expect(try !exists(data.output) && other.train("--epochs", "1").status == 0)
        // A learning rate so small that the weights stay.
        let run = try data.train("--from", other.output, "--epochs", "1", "--learning-rate", "1e-30")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try text(data.output + "/training.yaml").contains("  from: \(other.output)\n"))
        #expect(try bytes(data.output + "/model.safetensors") == bytes(other.output + "/model.safetensors"))
        expectRefusal(
            try other.train("--from", data.output, "--overwrite", "--set", "model.heads=1"),
            ["shape: expected heads 1, as the configuration says, found heads ", "--set model.heads="], hasBegun: true)
        let resumed = try Tool.run(
            "train", "--resume", "--data", data.path, "--output", data.output, "--from", other.output)
        #expect(resumed.status == 2 && resumed.errors.contains("leave out --from"))
    }

    @Test func `the page of a run shows pictures of the data`() throws {
        let data = try Workshop.drawnScenes.get()
        let output = try Workshop.newFolder("page") + "/run"
        let arguments = [
            "train", "--config", try Workshop.configuration.get(), "--epochs", "1", "--data", data, "--output", output,
            "--images",
        ]
        let run = try Tool(arguments + [data + "/images"]).finish()
        #expect(run.status == 0, "\(run.errors)")
        #expect(try text(output + "/run.html").ranges(of: "src=\"data:image/jpeg;base64,").count == 4)
        let events = try #require(names(in: output).first { $0.hasPrefix("events.out") })
        #expect(try bytes(output + "/" + events).range(of: Data("sentence 1: ".utf8)) != nil)
        expectRefusal(
            try Tool(arguments + [data + "/nowhere", "--overwrite"]).finish(), ["nowhere", "a readable folder"])
        // Without names there are no pictures to find.
        let nameless = try TinyData()
        expectRefusal(try nameless.train("--images", data + "/images"), ["image names", "_ids.txt"], hasBegun: true)
        #expect(!exists(nameless.output))
    }
}
