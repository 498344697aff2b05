import Foundation
import Testing

/// A run that was killed or interrupted ends at the same weights as one that was not.
struct InterruptionTests {
    @Test func `a killed run resumes to the same bits`() throws {
        let output = try Workshop.newFolder("killed") + "/run"
        defer { try? FileManager.default.removeItem(atPath: output) }
        let signal = SignalAtFile(signal: SIGKILL, file: "/trainer.json")
        let run = try Tool(Workshop.training(output: output), signal: signal).finish()
        #expect(run.wasKilled && run.status == SIGKILL)
        #expect(try step(output) == 3)
        try resume(output)
        try expectSameRun(output)
    }

    @Test func `Control-C writes a checkpoint and exits with 130`() throws {
        let output = try Workshop.newFolder("interrupted") + "/run"
        defer { try? FileManager.default.removeItem(atPath: output) }
        // At step 18, in the second epoch of 15 steps each.
        let signal = SignalAtFile(signal: SIGINT, file: "/trainer.json", time: 6)
        let run = try Tool(Workshop.training(output: output), signal: signal).finish()
        #expect(run.status == 130 && !run.wasKilled)
        #expect(run.errorLines.last?.contains("ascl train --resume") == true)
        #expect((18..<30).contains(try step(output)))
        try resume(output)
        try expectSameRun(output)
    }

    @Test func `the same seed gives the same weights however often they are saved`() throws {
        let output = try Workshop.newFolder("again") + "/run"
        defer { try? FileManager.default.removeItem(atPath: output) }
        let settings = ["training.checkpoint_every_steps=100", "training.log_every_steps=7"]
        let run = try Tool(
            Workshop.training(output: output) + settings.flatMap { ["--set", $0] }
        ).finish()
        #expect(run.status == 0)
        for name in ["model.safetensors", "optimizer.safetensors"] {
            #expect(try bytes("\(output)/\(name)") == bytes("\(Workshop.checkpoint.get())/\(name)"), "\(name)")
        }
    }

    private func resume(_ output: String) throws {
        let run = try Tool.run("train", "--resume", "--data", Workshop.scenes.get(), "--output", output)
        #expect(run.status == 0, "\(run.errors)")
    }

    private func step(_ output: String) throws -> Int {
        let state = try JSONSerialization.jsonObject(with: bytes(output + "/trainer.json")) as? [String: Any]
        return try #require(state?["step"] as? Int)
    }

    /// Weights, moments, state and every logged figure are those of the run that was never interrupted.
    private func expectSameRun(_ output: String) throws {
        let whole = try Workshop.checkpoint.get()
        for name in ["model.safetensors", "optimizer.safetensors", "trainer.json", "config.json", "training.yaml"] {
            #expect(try bytes("\(output)/\(name)") == bytes("\(whole)/\(name)"), "\(name)")
        }
        #expect(try log(output) == log(whole))
    }

    /// The log's lines without their times.
    private func log(_ output: String) throws -> [String] {
        try lines(output + "/log.jsonl").map { line in
            String(try #require(line.range(of: "\"step\"").map { line[$0.lowerBound...] }))
        }
    }
}
