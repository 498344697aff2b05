import Foundation
import Testing

/// Experiments as a user runs them, on a few scenes.
struct ExperimentTests {
    private func arguments(_ name: String, _ output: String, _ more: String...) throws -> [String] {
        [
            "experiment", name, "--config", try Workshop.configuration.get(), "--data", try Workshop.scenes.get(),
            "--split", "test", "--output", output, "--set", "data.train_images=4", "--set", "training.epochs=1",
        ] + more
    }

    private func ranks(_ output: String, _ run: String) throws -> NSDictionary {
        let json = try JSONSerialization.jsonObject(with: bytes("\(output)/runs/\(run)/result.json"))
        return try #require((json as? [String: Any])?["ranks"] as? NSDictionary)
    }

    @Test func `an experiment writes its report and does nothing twice`() throws {
        let output = try Workshop.newFolder("experiment") + "/lengths"
        let run = try Tool(arguments("lengths", output, "--seeds", "2")).finish()
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errorLines.count { $0.hasPrefix("run ") } == 4)
        #expect(run.errorLines.last == "the report is \(output)/lengths.html")
        let page = try text(output + "/lengths.html")
        #expect(page.contains("<svg") && page.contains("Query length") && page.contains("without both"))
        #expect(page.contains("--seeds 2"))
        #expect(try text(output + "/lengths.md").contains("| AsCL"))
        let again = try Tool(arguments("lengths", output, "--seeds", "2")).finish()
        #expect(again.status == 0 && !again.errors.contains("run 1"))
        #expect(try text(output + "/lengths.html") == page)
        // Another experiment of the same runs only looks at them.
        let other = try Tool(arguments("geometry", output, "--seeds", "2")).finish()
        #expect(other.status == 0 && !other.errors.contains("run 1"))
        #expect(try text(output + "/geometry.html").contains("Alignment"))
    }

    @Test(arguments: [SIGKILL, SIGINT])
    func `an interrupted experiment goes on to the same results`(signal: Int32) throws {
        let folder = try Workshop.newFolder("experiment")
        let whole = try Tool(arguments("lengths", folder + "/whole", "--seeds", "1")).finish()
        #expect(whole.status == 0, "\(whole.errors)")
        let within = SignalAtFile(signal: signal, file: "/without-samples/seed0/trainer.json", receiver: .parent)
        let stopped = try Tool(arguments("lengths", folder + "/stopped", "--seeds", "1"), signal: within)
        let result = try stopped.finish()
        #expect(signal == SIGKILL ? result.wasKilled : result.status == 130)
        let resumed = try Tool(arguments("lengths", folder + "/stopped", "--seeds", "1")).finish()
        #expect(resumed.status == 0, "\(resumed.errors)")
        for run in ["full/seed0", "without-samples/seed0"] {
            #expect(try ranks(folder + "/whole", run) == ranks(folder + "/stopped", run))
        }
    }

    @Test func `a run that is killed is reported and the rest goes on`() throws {
        let output = try Workshop.newFolder("experiment") + "/killed"
        let signal = SignalAtFile(signal: SIGKILL, file: "/full/seed0/trainer.json")
        let result = try Tool(arguments("lengths", output, "--seeds", "1"), signal: signal).finish()
        #expect(result.status == 1 && !result.wasKilled, "\(result.errors)")
        #expect(result.errors.contains("full, seed 0: its process was ended by signal 9, out of memory?"))
        #expect(exists(output + "/runs/without-samples/seed0/result.json"))
        #expect(try text(output + "/lengths.html").contains("out of memory?"))
        let retried = try Tool(arguments("lengths", output, "--seeds", "1", "--retry")).finish()
        #expect(retried.status == 0 && exists(output + "/runs/full/seed0/result.json"), "\(retried.errors)")
    }

    @Test func `a budget too small for one run is refused`() throws {
        let output = try Workshop.newFolder("experiment") + "/small"
        let long = ["--set", "training.epochs=100000"]
        let run = try Tool(arguments("lengths", output, "--budget", "5s") + long).finish()
        expectRefusal(run, ["--budget: expected at least ", "for one run (full)", "found"], hasBegun: true)
        #expect(!exists(output + "/runs/full/seed0/training.yaml"))
    }

    @Test func `failed runs are reported, and the exit status says so`() throws {
        let output = try Workshop.newFolder("experiment") + "/failing"
        let diverging = ["--set", "training.learning_rate=1e30"]
        let run = try Tool(arguments("lengths", output, "--seeds", "1") + diverging).finish()
        #expect(run.status == 1 && !run.wasKilled)
        #expect(run.errorLines.last == "2 runs failed; the report says why, and --retry does them again")
        #expect(try text(output + "/lengths.html").contains("expected a finite number"))
    }

    @Test func `another experiment in the folder is refused by the field`() throws {
        let output = try Workshop.newFolder("experiment") + "/other"
        #expect(try Tool(arguments("geometry", output, "--seeds", "1")).finish().status == 0)
        expectRefusal(
            try Tool(arguments("geometry", output, "--set", "model.heads=4")).finish(),
            ["experiment.json", "model.heads", "expected 4, as now", "found 2"])
        expectRefusal(
            try Tool(arguments("geometry", output, "--images", "7")).finish(),
            ["experiment.json", "data.test", "expected 7 images of test", "found 12 images of test"])
    }

    @Test func `a split that trains or validates is not reported`() throws {
        let output = try Workshop.newFolder("experiment") + "/split"
        expectRefusal(
            try Tool(arguments("geometry", output, "--split", "val")).finish(),
            ["split", "expected one that neither trains nor chooses checkpoints", "found val"])
        #expect(!exists(output))
    }

    @Test(arguments: [
        (["nothing"], "expected one of table1, table1-equal-time, ablations"),
        (["lengths", "--budget", "5x"], "--budget"),
        (["lengths", "--seeds", "0"], "--seeds: expected at least 1, found 0"),
    ])
    func `wrong usage is told as such`(words: [String], message: String) throws {
        let output = try Workshop.newFolder("experiment") + "/usage"
        let run = try Tool(arguments(words[0], output) + words.dropFirst()).finish()
        #expect(run.status == 2 && run.errors.contains(message), "\(run.errors)")
        #expect(!exists(output))
    }
}
