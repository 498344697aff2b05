import ArrayFiles
import Foundation
import Testing

/// From nothing to an answer, by the commands that the documentation names.
struct WorkflowTests {
    private func options(_ command: String, _ more: String...) throws -> Tool.Result {
        try Tool(
            [command, "--checkpoint", Workshop.checkpoint.get(), "--data", Workshop.scenes.get(), "--split", "test"]
                + more
        ).finish()
    }

    @Test func `generated scenes are found in order`() throws {
        let run = try Tool.run("data", "inspect", Workshop.scenes.get())
        #expect(run.status == 0)
        #expect(run.output.contains("no problems found"))
        let json = try Tool.run("data", "inspect", Workshop.scenes.get(), "--json").json
        let splits = try #require(json["splits"] as? [[String: Any]])
        #expect(splits.compactMap { $0["name"] as? String } == ["compositional", "test", "train", "val"])
        #expect(splits.compactMap { $0["images"] as? Int } == [6, 12, 60, 6])
        #expect(splits.compactMap { $0["captions"] as? Int } == [30, 60, 300, 30])
    }

    @Test func `a trained run holds what it says`() throws {
        let folder = try Workshop.checkpoint.get()
        let found = try names(in: folder).filter { !$0.hasPrefix("events.out.tfevents.") }
        #expect(
            found == [
                "config.json", "log.jsonl", "model.safetensors", "optimizer.safetensors", "run.html", "text_encoder",
                "trainer.json", "training.yaml",
            ])
        #expect(try names(in: folder).count == found.count + 1)
        #expect(try lines(folder + "/log.jsonl").count == 32)  // 30 steps and two validations
        #expect(try text(folder + "/training.yaml").contains("joint_dimension: 32"))
    }

    @Test func `evaluation prints the ranks of its scores`() throws {
        let path = try Workshop.newFolder("scores") + "/scores.npy"
        let json = try options("evaluate", "--json", "--scores", path).json
        #expect(json["images"] as? Int == 12)
        #expect(json["captions"] as? Int == 60)
        let scores = try Scores(path: path)
        #expect(scores.images == 12 && scores.captions == 60)
        try expect(json, equals: scores)

        let table = try options("evaluate")
        #expect(table.status == 0)
        let rows = table.outputLines.map { $0.split(separator: " ").map(String.init) }
        #expect(table.outputLines.first == "12 images x 60 captions")
        #expect(rows[1] == ["R@1", "R@5", "R@10", "median", "queries"])
        let recalls = [scores.imageToText, scores.textToImage].map { ranks in
            [1, 5, 10].map { String(format: "%.1f", Scores.recall(ranks, at: $0)) }
        }
        #expect(Array(rows[2][..<6]) == ["image", "to", "text"] + recalls[0])
        #expect(Array(rows[3][..<6]) == ["text", "to", "image"] + recalls[1])
        #expect(rows[4][0] == "Rsum")

        let folded = try options("evaluate", "--fold-images", "6", "--json").json
        let folds = try #require(folded["folds"] as? [[String: Any]])
        try #require(folds.count == 2)
        for (index, fold) in folds.enumerated() {
            try expect(fold, equals: scores.part(images: index * 6..<index * 6 + 6, captionsPerImage: 5))
        }
        let rsums = folds.compactMap { $0["rsum"] as? Double }
        #expect(abs(try #require(folded["rsum"] as? Double) - (rsums[0] + rsums[1]) / 2) < 1e-9)
    }

    private func expect(_ json: [String: Any], equals scores: Scores) throws {
        var sum = 0.0
        for (key, ranks) in [("image_to_text", scores.imageToText), ("text_to_image", scores.textToImage)] {
            let recall = try #require(json[key] as? [String: Any])
            for k in [1, 5, 10] {
                let printed = try #require(recall["r\(k)"] as? Double)
                #expect(abs(printed - Scores.recall(ranks, at: k)) < 1e-9, "\(key) R@\(k)")
                sum += printed
            }
        }
        #expect(abs(try #require(json["rsum"] as? Double) - sum) < 1e-9)
    }

    @Test func `both layouts of the same data give the same result`() throws {
        let scenes = try Workshop.scenes.get()
        let folder = try Workshop.linked(to: scenes, "karpathy")
        let captions = try lines(scenes + "/test_caps.txt")
        let images = try lines(scenes + "/test_ids.txt").enumerated().map { image, name -> [String: Any] in
            ["filename": name, "split": "test", "sentences": captions[5 * image..<5 * image + 5].map { ["raw": $0] }]
        }
        let file = folder + "/dataset_scenes.json"
        try write(JSONSerialization.data(withJSONObject: ["images": images]), to: file)
        let run = try Tool.run(
            "evaluate", "--checkpoint", Workshop.checkpoint.get(), "--data", file, "--split", "test", "--json")
        #expect(run.status == 0)
        #expect(run.output == (try options("evaluate", "--json").output))
    }

    @Test func `the probe tells all three types`() throws {
        let json = try options("probe", "--json").json
        #expect(json.keys.sorted() == ["I", "II", "III"])
        let run = try options("probe")
        #expect(run.status == 0)
        for (line, type) in zip(run.outputLines, ["I", "II", "III"]) {
            let entry = try #require(json[type] as? [String: Any])
            let percent = try #require(entry["percent"] as? Double)
            let cases = try #require(entry["cases"] as? Int)
            #expect(cases >= 12)
            #expect(
                line.split(separator: " ").map(String.init)
                    == ["type", type, String(format: "%.1f", percent), "%", "of", "\(cases)"])
        }
        #expect(run.outputLines.count == 3)
    }

    @Test func `a query names the best pictures`() throws {
        let scenes = try Workshop.scenes.get()
        let files = Set(try lines(scenes + "/test_ids.txt"))
        let sentence = try lines(scenes + "/test_caps.txt")[7]
        let run = try options("query", sentence)
        #expect(run.status == 0 && run.errors.isEmpty)
        let rows = run.outputLines.map { $0.split(separator: " ", maxSplits: 1).map(String.init) }
        try #require(rows.count == 10 && rows.allSatisfy { $0.count == 2 })
        #expect(files.isSuperset(of: rows.map { $0[1] }))
        #expect(Set(rows.map { $0[1] }).count == 10)
        let printed = try rows.map { try #require(Float($0[0])) }
        #expect(printed == printed.sorted(by: >))

        // The same scores as evaluation gives the caption.
        let path = try Workshop.newFolder("scores") + "/scores.npy"
        #expect(try options("evaluate", "--scores", path).status == 0)
        let column = try Scores(path: path).rows.map { $0[7] }.sorted(by: >)
        for (query, evaluated) in zip(printed, column) { #expect(abs(query - evaluated) < 1e-4) }

        let json = try options("query", "--top", "3", "--json", sentence)
        let answers = try #require(JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
        #expect(answers.compactMap { $0["image"] as? String } == rows[..<3].map { $0[1] })
        #expect(try options("query", "--top", "100", sentence).outputLines.count == 12)
    }

    @Test func `the same seed gives the same scenes`() throws {
        let folders = try ["first", "second"].map { try Workshop.newFolder($0) + "/data" }
        for folder in folders {
            let run = try Tool.run("scenes", "generate", "--train", "20", "--seed", "7", "--output", folder)
            #expect(run.status == 0)
            #expect(run.output.contains(folder))
        }
        #expect(try names(in: folders[0]) == names(in: folders[1]))
        for name in try names(in: folders[0]) {
            #expect(try bytes("\(folders[0])/\(name)") == bytes("\(folders[1])/\(name)"), "\(name)")
        }
    }
}
