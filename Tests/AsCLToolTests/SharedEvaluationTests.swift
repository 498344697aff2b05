import Foundation
import Testing

/// An evaluation that several processes share.
struct SharedEvaluationTests {
    private func arguments(_ more: String...) throws -> [String] {
        [
            "evaluate", "--checkpoint", try Workshop.checkpoint.get(), "--data", try Workshop.scenes.get(), "--split",
            "test",
        ] + more
    }

    @Test func `parts merge to what one process prints`() throws {
        let folder = try Workshop.newFolder("shared") + "/parts"
        let parts = [["--shard", "2/2"], ["--shard", "auto"]]
        for part in parts {
            let run = try Tool(
                arguments("--output", folder) + part, environment: ["RANK": "0", "WORLD_SIZE": "2"]
            ).finish()
            #expect(run.status == 0, "\(run.errors)")
        }
        let merged = try Tool(["evaluate", "merge", folder]).finish()
        let whole = try Tool(arguments()).finish()
        #expect(merged.status == 0 && merged.output == whole.output, "\(merged.errors)")
        let again = try Tool(arguments("--output", folder, "--shard", "1/2")).finish()
        #expect(again.status == 0 && again.errors.contains("1-of-2.npy stands already"))
    }

    @Test func `what a part cannot be is refused`() throws {
        let folder = try Workshop.newFolder("shared")
        expectRefusal(
            try Tool(arguments("--output", folder + "/parts", "--shard", "13/13")).finish(),
            ["shard", "expected at most 12 parts", "found 13/13"])
        expectRefusal(
            try Tool(["evaluate", "merge", folder]).finish(),
            [folder, "expected files such as 2-of-3.npy", "found none"])
        #expect(try Tool(arguments("--shard", "1/2")).finish().status == 2)
        #expect(try Tool(arguments("--shard", "3/2", "--output", folder)).finish().status == 2)
        #expect(try Tool(arguments("--shard", "1/2", "--output", folder, "--fold-images", "6")).finish().status == 2)
    }
}
