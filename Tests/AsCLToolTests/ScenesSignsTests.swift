import Foundation
import Testing

/// Scenes with signs, and a method that reads them, by the commands.
struct ScenesSignsTests {
    @Test func `signs are drawn, read, and evaluated by each vector alone`() throws {
        let folder = try Workshop.newFolder("signs")
        let made = try Tool(["scenes", "generate", "--train", "20", "--signs", "--output", folder + "/data"]).finish()
        #expect(made.status == 0, "\(made.errors)")
        let writing = try lines(folder + "/data/test_scene_text.jsonl")
        #expect(writing.count == 4 && writing.contains { $0.contains("\"text\"") })
        let run = try Tool(
            Workshop.training(output: folder + "/run", data: folder + "/data") + [
                "--set", "model.method=vista", "--set", "loss.negatives=false", "--set", "training.epochs=1",
            ]
        ).finish()
        #expect(run.status == 0, "\(run.errors)")
        let written = writing.count { $0 != "[]" }
        #expect(run.errors.contains("test: scene text in \(written) of 4 images"))
        let evaluate = ["evaluate", "--checkpoint", folder + "/run", "--data", folder + "/data", "--split", "test"]
        let json = try Tool(evaluate + ["--json"]).finish().json
        let views = try #require(json["views"] as? [String: [String: Any]])
        #expect(Set(views.keys) == ["image", "fused"])
        #expect(views.values.allSatisfy { $0["images"] as? Int == 4 } && json["rsum"] is Double)
        let table = try Tool(evaluate).finish()
        #expect(table.output.contains("by image vectors alone") && table.output.contains("by fused vectors alone"))
        // Text that nobody read: one vector is all there is.
        try FileManager.default.removeItem(atPath: folder + "/data/test_scene_text.jsonl")
        let without = try Tool(evaluate + ["--json"]).finish()
        #expect(try without.json["views"] == nil && without.errors.contains("test: no scene text"))
    }
}
