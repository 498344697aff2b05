import Foundation
import RetrievalFixtures
import Testing

/// Searching by a trained model as a user does it: scenes, and a model that was trained on them.
struct TrainedSearchTests {
    private let images: String
    private let index: String

    init() throws {
        images = try Workshop.drawnScenes.get() + "/images"
        index = try Workshop.newFolder("trained") + "/index"
    }

    private func ascl(_ arguments: String..., shell: String = "") throws -> Tool.Result {
        try Tool(arguments + ["--index", index], shell: shell).finish()
    }

    private func hits(_ run: Tool.Result) throws -> [(name: String, score: Double)] {
        try #require(run.status == 0, "\(run)")
        return try #require(run.json["hits"] as? [[String: Any]]).map { hit in
            let path = (hit["picture"] as? [String: Any])?["path"] as? String ?? ""
            return (URL(fileURLWithPath: path).lastPathComponent, try #require(hit["score"] as? Double))
        }
    }

    /// The same checkpoint with another value of its configuration; without it where that is nil.
    private func changed(_ checkpoint: String, _ key: String, _ value: Any?) throws -> String {
        let folder = try Workshop.linked(to: checkpoint, "changed")
        var configuration = try #require(
            JSONSerialization.jsonObject(with: bytes(checkpoint + "/config.json")) as? [String: Any])
        configuration[key] = value
        try write(JSONSerialization.data(withJSONObject: configuration), to: folder + "/config.json")
        return folder
    }

    @Test func `the order is that of a query, and another model encodes no picture anew`() throws {
        let checkpoint = try Workshop.checkpoint.get()
        let first = try ascl("index", images, "--model", checkpoint, "--regions", "descriptors")
        #expect(first.output == "28 pictures: 28 new, 0 known by their content, 0 gone, 0 cannot be used\n", "\(first)")
        #expect(try ascl("index", "status").output.contains("model     \(checkpoint)\n"))

        let sentence = "a large red circle next to a blue star"
        let found = try hits(ascl("search", sentence, "--top", "28", "--json"))
        let query = try Tool.run(
            "query", "--checkpoint", checkpoint, "--data", Workshop.features.get(), "--split", "all", "--top", "28",
            "--json", sentence)
        let wanted = try #require(JSONSerialization.jsonObject(with: Data(query.output.utf8)) as? [[String: Any]])
        let scores = Dictionary(
            uniqueKeysWithValues: try wanted.map {
                (try #require($0["image"] as? String), try #require($0["score"] as? Double))
            })
        #expect(found.count == 28)
        for (one, next) in zip(found, found.dropFirst()) {
            let (exact, below) = (try #require(scores[one.name]), try #require(scores[next.name]))
            #expect(abs(one.score - exact) < 5e-4 && exact > below - 1e-3)
        }
        let said = try ascl("search", sentence)
        #expect(said.outputLines.count == 10)
        #expect(said.errors.contains("the model has no belief of its own: these come nearest"))

        let other = try changed(checkpoint, "local_weight", 0.25)
        let second = try ascl("index", "--model", other, "--json")
        #expect(try second.json["new"] as? Int == 0, "\(second)")
        let after = try hits(ascl("search", sentence, "--top", "28", "--json"))
        #expect(after.count == 28 && after.map(\.score) != found.map(\.score))
        // What is not named stays.
        #expect(try ascl("index", "--json").json["new"] as? Int == 0)
        #expect(try ascl("index", "status").output.contains("model     \(other)\n"))
    }

    @Test func `what does not fit is refused before any work`() throws {
        let checkpoint = try Workshop.checkpoint.get()
        for (features, parts) in [
            (
                "6x6 grid: resnet152",
                ["expected classical descriptors", "found 6x6 grid: resnet152: name that encoder"]
            ),
            (nil, ["found none: these were made elsewhere"]),
        ] {
            let elsewhere = try changed(checkpoint, "features", features)
            expectRefusal(
                try ascl("index", images, "--model", elsewhere, "--regions", "descriptors"),
                [elsewhere + "/config.json", "features: "] + parts)
        }
        expectRefusal(
            try ascl("index", images, "--model", images, "--regions", "descriptors"), [images, "config.json"])
        let none = try ascl("index", images, "--regions", "descriptors")
        #expect(none.status == 2 && none.errors.contains("only a CLIP or a SigLIP finds pictures by itself"))
        #expect(!exists(index))
    }

    @Test func `killed at any moment, features and vectors are whole in the end`() throws {
        let checkpoint = try Workshop.checkpoint.get()
        for kill in 1..<7 {
            _ = try ascl(
                "index", images, "--model", checkpoint, "--regions", "descriptors", "--threads", "1",
                shell: "(sleep 0.\(kill); kill -9 $$) >/dev/null 2>&1 &")
        }
        let last = try ascl("index", images, "--model", checkpoint, "--regions", "descriptors")
        #expect(last.status == 0 && last.output.hasPrefix("28 pictures"), "\(last)")
        let found = try hits(ascl("search", "a red circle", "--top", "60", "--json"))
        #expect(Set(found.map(\.name)).count == 28 && found.count == 28)
    }
}
