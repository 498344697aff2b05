import Foundation
import Testing

/// An evaluation that was killed goes on and ends at the same result.
struct ResumableEvaluationTests {
    private func arguments(_ more: String...) throws -> [String] {
        [
            "evaluate", "--checkpoint", try Workshop.checkpoint.get(), "--data", try Workshop.scenes.get(), "--split",
            "test",
        ]
            + more
    }

    @Test func `a killed evaluation goes on to the same result`() throws {
        let folder = try Workshop.newFolder("resumable")
        let scores = try Workshop.newFolder("scores") + "/scores.npy"
        let whole = try Tool(arguments("--json", "--scores", folder + "/whole.npy")).finish()
        let resumable = try arguments("--json", "--scores", scores, "--resumable", folder + "/progress")
        let signal = SignalAtFile(signal: SIGKILL, file: "/progress/progress.json")
        #expect(try Tool(resumable, signal: signal).finish().wasKilled)
        #expect(!exists(scores))
        let resumed = try Tool(resumable).finish()
        #expect(resumed.status == 0 && resumed.output == whole.output)
        #expect(try bytes(scores) == bytes(folder + "/whole.npy"))
        #expect(try names(in: scores.folder) == ["scores.npy"])
        // Once more, with nothing left to do.
        let again = try Tool(arguments("--json", "--resumable", folder + "/progress")).finish()
        #expect(again.output == whole.output)
        #expect(again.errors.contains("scoring: going on after 720 of 720 pairs"))
    }

    @Test func `progress of another evaluation is refused`() throws {
        let folder = try Workshop.newFolder("resumable") + "/progress"
        #expect(try Tool(arguments("--resumable", folder)).finish().status == 0)
        expectRefusal(
            try Tool(arguments("--resumable", folder, "--precision", "int16")).finish(),
            [
                folder + "/progress.json", "expected progress of this model, split and precision",
                "found that of another",
            ])
        // Its scores were not kept, so they cannot be had from it.
        let scores = try Workshop.newFolder("scores") + "/scores.npy"
        expectRefusal(
            try Tool(arguments("--resumable", folder, "--scores", scores)).finish(),
            [scores, "unfinished file", "expected", "found 0"])
        try write("{}", to: folder + "/progress.json")
        expectRefusal(
            try Tool(arguments("--resumable", folder)).finish(),
            [folder + "/progress.json", "expected the progress of an evaluation", "found 2 bytes"])
    }

    @Test func `sixteen bits rank as float32 does`() throws {
        let results = try ["fp32", "int16"].map { try Tool(arguments("--json", "--precision", $0)).finish().json }
        let rsums = results.compactMap { $0["rsum"] as? Double }
        #expect(rsums.count == 2 && abs(rsums[0] - rsums[1]) < 4)
    }

    @Test func `folds keep their own progress`() throws {
        let folder = try Workshop.newFolder("resumable") + "/folds"
        let whole = try Tool(arguments("--json", "--fold-images", "6")).finish()
        let kept = try Tool(arguments("--json", "--fold-images", "6", "--resumable", folder)).finish()
        #expect(kept.status == 0 && kept.output == whole.output)
        #expect(try names(in: folder) == ["fold1", "fold2"])
    }
}
