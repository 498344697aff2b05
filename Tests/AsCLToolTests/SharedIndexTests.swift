import Foundation
import Testing

/// An index that several processes share.
struct SharedIndexTests {
    private let images: String
    private let folder: String

    init() throws {
        images = try Workshop.drawnScenes.get() + "/images"
        folder = try Workshop.newFolder("shared-index")
    }

    private func index(_ name: String, _ more: String..., environment: [String: String] = [:]) throws -> Tool.Result {
        try Tool(
            [
                "index", images, "--model", Workshop.checkpoint.get(), "--regions", "descriptors", "--index",
                "\(folder)/\(name)",
            ] + more, environment: environment
        ).finish()
    }

    @Test func `shards are joined to what one process makes`() throws {
        let parts = [
            try index("1", "--shard", "1/3"),
            try index("2", "--shard", "auto/3", environment: ["JOB_COMPLETION_INDEX": "1"]),
            try index("3", "--shard", "auto", environment: ["RANK": "2", "WORLD_SIZE": "3"]),
        ]
        #expect(parts.allSatisfy { $0.status == 0 }, "\(parts)")
        #expect(try Tool.run("index", "status", "--index", folder + "/2").output.contains("\nshard     2/3\n"))
        // The same command again finds nothing to do, and what is not named stays.
        let again = try Tool.run("index", "--index", folder + "/2", "--json")
        #expect(try again.json["new"] as? Int == 0 && again.json["removed"] as? Int == 0, "\(again)")

        let merge = try Tool(
            ["index", "merge", "--index", folder + "/merged"] + [3, 1, 2].map { "\(folder)/\($0)" }
        ).finish()
        #expect(
            merge.status == 0 && merge.output == "28 pictures in 28 files, 28 can be found, 0 cannot be used\n",
            "\(merge)")
        #expect(try index("whole").status == 0)
        let found = try ["merged", "whole"].map { name in
            try Tool.run(
                "search", "a large red circle next to a blue star", "--top", "28", "--index", "\(folder)/\(name)")
        }
        #expect(found[0].status == 0 && found[0].output == found[1].output && found[0].outputLines.count == 28)
        #expect(try Tool.run("index", "--index", folder + "/merged").output.hasPrefix("28 pictures: 0 new, 0 known"))
    }

    @Test func `killed at any moment, a shard goes on and a merge begins again`() throws {
        for kill in 1..<4 {
            let killed = try Tool(
                [
                    "index", images, "--model", Workshop.checkpoint.get(), "--regions", "descriptors", "--threads", "1",
                    "--index", folder + "/1", "--shard", "1/2",
                ], shell: "(sleep 0.\(kill); kill -9 $$) >/dev/null 2>&1 &"
            ).finish()
            #expect(killed.wasKilled || killed.status == 0)
        }
        #expect(try index("1", "--shard", "1/2").status == 0)
        #expect(try index("2", "--shard", "2/2").status == 0)
        let merge = ["index", "merge", folder + "/1", folder + "/2", "--index"]
        for kill in 1..<5 {
            let place = "\(folder)/merged-\(kill)"
            let killed = try Tool(merge + [place], shell: "(sleep 0.0\(3 * kill); kill -9 $$) >/dev/null 2>&1 &")
                .finish()
            // Whole or not at all.
            #expect(killed.wasKilled || killed.status == 0)
            #expect(!exists(place) || exists(place + "/catalogue.sqlite"))
            if !exists(place) { #expect(try Tool(merge + [place]).finish().status == 0) }
            let found = try Tool.run("search", "a red circle", "--top", "60", "--index", place)
            #expect(Set(found.outputLines).count == 28, "\(found)")
        }
    }

    @Test func `what cannot be a shard or joined is refused`() throws {
        #expect(try index("1", "--shard", "1/2").status == 0)
        expectRefusal(
            try index("1", "--shard", "2/2"), ["/1: shard: expected 1/2, which the index is of, found 2/2"])
        expectRefusal(
            try index("4", "--shard", "auto", environment: ["JOB_COMPLETION_INDEX": "1"]),
            ["environment: JOB_COMPLETION_INDEX: expected how many pods there are"])
        #expect(!exists(folder + "/4"))
        expectRefusal(
            try Tool.run("index", "merge", folder + "/1", "--index", folder + "/merged"),
            ["merge: indexes: expected 2, one a shard, found 1, without 2/2"])
        expectRefusal(
            try Tool.run("index", "merge", folder + "/1", "--index", folder + "/1"),
            [folder + "/1: index: expected no such folder yet"])
        #expect(try Tool.run("index", "merge", "--index", folder + "/merged").status == 2)
        #expect(!exists(folder + "/merged"))
        let store = try Tool.run("index", images, "--store", "postgresql://nowhere.example/none", "--shard", "1/2")
        #expect(store.status == 2 && store.errors.contains("--shard: expected an index in a folder"), "\(store)")
        for wrong in ["auto/0", "auto/", "auto/x", "0/2"] {
            #expect(try index("4", "--shard", wrong).status == 2)
        }
    }
}
