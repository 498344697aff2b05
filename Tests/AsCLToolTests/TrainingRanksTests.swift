import Foundation
import RetrievalFixtures
import Testing

/// `ascl train` as a launcher starts it, several times at once.
@Suite struct TrainingRanksTests {
    @Test func `two ranks train as one process does`() throws {
        let output = try Workshop.newFolder("ranks") + "/run"
        let alone = try Workshop.newFolder("alone") + "/run"
        // Whether a text that shuffling left as it is counts as above its image's own is rounding's choice.
        let noise = ["--set", "samples.noise=gaussian"]
        let runs = try Launcher().run(Workshop.training(output: output) + noise)
        #expect(runs.map(\.status) == [0, 0], "\(runs)")
        #expect(runs[0].errors.contains("1 threads, 2 ranks\n") && runs[1].errors.isEmpty && runs[1].output.isEmpty)
        #expect(try Tool(Workshop.training(output: alone) + noise).finish().status == 0)
        let (shared, own) = try (losses(output), losses(alone))
        #expect(shared.count == 30 && own.count == 30)
        for (one, other) in zip(shared, own) { #expect(abs(one - other) < 1e-3 * other) }
        #expect(try losses(output, "gradient_wait_seconds").count(where: { $0 > 0 }) == 30)
        #expect(try losses(alone, "gradient_wait_seconds").isEmpty)
        // A single one of a launcher's processes is alone.
        let again = try Launcher(count: 1).run(Workshop.training(output: alone) + noise + ["--overwrite"])
        #expect(again[0].status == 0 && !again[0].errors.contains("ranks"))
    }

    /// The folder of a training by two ranks, never interrupted.
    private static let whole = Result {
        let output = try Workshop.newFolder("whole") + "/run"
        let runs = try Launcher().run(Workshop.training(output: output))
        try #require(runs.map(\.status) == [0, 0], "\(runs)")
        return output
    }

    @Test func `a rank that dies ends all, and the launcher's next start goes on to the same bits`() throws {
        let output = try Workshop.newFolder("killed") + "/run"
        let report = output.folder + "/error.json"
        let signal = SignalAtFile(signal: SIGKILL, file: "/trainer.json", time: 2)
        let runs = try Launcher(
            signals: [0: signal], environment: ["TORCHELASTIC_ERROR_FILE": report]
        ).run(Workshop.training(output: output))
        #expect(runs[0].wasKilled && runs[0].status == SIGKILL)
        expectRefusal(runs[1], ["rank 1 of 2: expected the other ranks to go on, found one that has ended"])
        let json = try JSONSerialization.jsonObject(with: bytes(report)) as? [String: [String: Any]]
        #expect(runs[1].errors == "ascl: \(json?["message"]?["message"] as? String ?? "")\n")
        #expect((json?["message"]?["extraInfo"] as? [String: String])?["timestamp"].flatMap { Int($0) } != nil)
        // The same command: --resume is the launcher's word.
        let again = try Launcher(environment: ["TORCHELASTIC_RESTART_COUNT": "1"]).run(
            Workshop.training(output: output))
        #expect(again.map(\.status) == [0, 0], "\(again)")
        for name in ["model.safetensors", "optimizer.safetensors", "trainer.json"] {
            #expect(try bytes("\(output)/\(name)") == bytes("\(Self.whole.get())/\(name)"), "\(name)")
        }
    }

    @Test(arguments: [1, 2, 3])
    func `stopped by a signal, a run goes on with any number of ranks`(_ count: Int) throws {
        let output = try Workshop.newFolder("stopped") + "/run"
        let signal = SignalAtFile(signal: SIGTERM, file: "/trainer.json", time: 3)
        let runs = try Launcher(signals: [0: signal]).run(Workshop.training(output: output))
        #expect(runs.map(\.status) == [128 + SIGTERM, 128 + SIGINT], "\(runs)")
        #expect(runs[0].errorLines.last?.contains("ascl train --resume") == true && runs[1].errors.isEmpty)
        let resumed = try Launcher(count: count)
            .run(["train", "--resume", "--data", Workshop.scenes.get(), "--output", output])
        #expect(resumed.allSatisfy { $0.status == 0 }, "\(resumed)")
        #expect(try losses(output).count == 30)
        guard count == 2 else { return }
        for name in ["model.safetensors", "optimizer.safetensors", "trainer.json"] {
            #expect(try bytes("\(output)/\(name)") == bytes("\(Self.whole.get())/\(name)"), "\(name)")
        }
    }

    @Test func `a signal to one rank stops all`() throws {
        let output = try Workshop.newFolder("terminated") + "/run"
        let tools = try Launcher().start(
            Workshop.training(output: output) + ["--epochs", "10000", "--set", "training.checkpoint_every_steps=1"])
        while !exists(output + "/trainer.json"), tools.allSatisfy(\.isRunning) { usleep(10_000) }
        tools[1].terminate()
        let runs = try tools.map { try $0.finish() }
        #expect(runs.map(\.status) == [128 + SIGINT, 128 + SIGTERM], "\(runs)")
        #expect(runs[0].errorLines.last?.contains("ascl train --resume") == true)
    }

    @Test func `ranks of other configurations or data are refused before training`() throws {
        let output = try Workshop.newFolder("unequal") + "/run"
        let training = try Workshop.training(output: output)
        let sizes = try Launcher().run { training + ["--batch-size", "\($0 + 4)"] }
        for run in sizes {
            expectRefusal(
                run,
                ["rank 1: configuration: expected training.batch_size: 4, as rank 0 has, found training.batch_size: 5"])
        }
        let other = try Workshop.linked(to: Workshop.scenes.get(), "other")
        let captions = try lines(other + "/test_caps.txt")
        try write((["a red ball"] + captions.dropFirst()).joined(separator: "\n") + "\n", to: other + "/test_caps.txt")
        let data = try Launcher().run { rank in
            try Workshop.training(output: output, data: rank == 0 ? Workshop.scenes.get() : other)
        }
        for run in data {
            expectRefusal(
                run, ["rank 1: training split: expected captions ", ", as rank 0 has, found captions "], hasBegun: true)
        }
        #expect(!exists(output))
    }

    @Test(arguments: [
        (["RANK": "0", "WORLD_SIZE": "2"], "environment: MASTER_ADDR: expected the host of process 0"),
        (
            ["RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "localhost", "MASTER_PORT": "x"],
            "environment: MASTER_PORT: expected a port of localhost, from 1 to 65535, found x"
        ),
        (["WORLD_SIZE": "2"], "environment: RANK: expected a number below WORLD_SIZE, 2, found nothing"),
    ])
    func `variables that say too little are refused`(_ environment: [String: String], _ problem: String) throws {
        let output = try Workshop.newFolder("variables") + "/run"
        expectRefusal(try Tool(Workshop.training(output: output), environment: environment).finish(), [problem])
        #expect(!exists(output))
    }

    @Test func `what the first rank refuses ends the others, and no rank rehearses`() throws {
        let output = try Workshop.newFolder("refused") + "/run"
        try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
        try write("{}\n", to: output + "/log.jsonl")
        let runs = try Launcher().run(Workshop.training(output: output))
        expectRefusal(runs[0], [output, "expected no run in the output folder, found log.jsonl"])
        expectRefusal(runs[1], ["rank 1 of 2: expected the other ranks to go on, found one that has ended"])
        let rehearsal = try Launcher().run(Workshop.training(output: output) + ["--dry-run"])
        for run in rehearsal { #expect(run.status == 2 && run.errors.contains("--dry-run rehearses one process")) }
    }

    /// Losses by the log, or another figure, step by step.
    private func losses(_ output: String, _ figure: String = "loss") throws -> [Double] {
        try lines(output + "/log.jsonl").compactMap { line in
            (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?[figure] as? Double
        }
    }
}

/// Starts the tool several times at once, as torchrun does.
private struct Launcher {
    var count = 2
    /// What ranks get on their way.
    var signals: [Int: SignalAtFile] = [:]
    var environment: [String: String] = [:]

    func start(_ arguments: [String]) throws -> [Tool] { try start { _ in arguments } }

    func run(_ arguments: [String]) throws -> [Tool.Result] { try run { _ in arguments } }

    func run(_ arguments: (Int) throws -> [String]) throws -> [Tool.Result] {
        try start(arguments).map { try $0.finish() }
    }

    private func start(_ arguments: (Int) throws -> [String]) throws -> [Tool] {
        let port = FreePort.find()
        return try (0..<count).map { rank in
            let variables = [
                "RANK": "\(rank)", "WORLD_SIZE": "\(count)", "LOCAL_RANK": "\(rank)", "MASTER_ADDR": "127.0.0.1",
                "MASTER_PORT": "\(port)",
            ]
            return try Tool(
                arguments(rank), environment: variables.merging(environment) { $1 }, signal: signals[rank])
        }
    }
}
