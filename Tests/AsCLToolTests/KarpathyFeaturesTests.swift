import Foundation
import Testing

/// From Karpathy's JSON and its pictures to a data set, whose pictures without features are left out aloud.
struct KarpathyFeaturesTests {
    @Test func `a data set is made of the pictures that are there`() throws {
        let collection = try PictureCollection(scenes: Workshop.drawnScenes.get())
        let images =
            [("test_000001.png", "test"), ("gone.png", "test"), ("test_000002.png", "test")]
            + (1...6).map { ("train_00000\($0).png", $0 == 6 ? "restval" : "train") }
        let content = images.map { name, split -> [String: Any] in
            ["filename": name, "split": split, "sentences": [["raw": "a scene called \(name)"], ["raw": "a scene"]]]
        }
        let json = try Workshop.newFolder("json") + "/dataset_scenes.json"
        try write(JSONSerialization.data(withJSONObject: ["images": content]), to: json)

        let run = try collection.extract("--karpathy", json)
        #expect(run.status == 1 && run.counts == "9 pictures: 8 new, 0 reused, 1 failed, 0 removed")
        #expect(
            try text(collection.output + "/failed.tsv")
                == "name\treason\ngone.png\tcannot be opened: No such file or directory\n")
        #expect(try lines(collection.output + "/test_ids.txt") == ["test_000001.png", "test_000002.png"])
        #expect(try lines(collection.output + "/train_ids.txt").count == 6)
        #expect(try bytes(collection.output + "/dataset_scenes.json") == bytes(json))

        let inspection = try Tool.run("data", "inspect", collection.output, "--json")
        #expect(inspection.status == 0, "\(inspection)")
        let splits = try #require(inspection.json["splits"] as? [[String: Any]])
        #expect(splits.compactMap { $0["name"] as? String } == ["test", "train"])
        #expect(splits.compactMap { $0["images"] as? Int } == [2, 6])
        #expect(splits.compactMap { $0["captions"] as? Int } == [4, 12])
        #expect(splits.compactMap { $0["withoutFeatures"] as? Int } == [1, 0])

        let evaluation = try Tool.run(
            "evaluate", "--checkpoint", Workshop.checkpoint.get(), "--data", collection.output, "--split", "test",
            "--json")
        #expect(evaluation.status == 0, "\(evaluation)")
        #expect(evaluation.errors == "test: 1 images without features left out; failed.tsv says why\n")
        #expect(try evaluation.json["images"] as? Int == 2)
    }
}
