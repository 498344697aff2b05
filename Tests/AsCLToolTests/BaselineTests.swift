import Foundation
import Testing

/// Baselines by the commands that AsCL has, learning from a teacher, and what is measured beside recall.
struct BaselineTests {
    private func train(_ output: String, _ more: String...) throws -> Tool.Result {
        try Tool(
            Workshop.training(output: output) + ["--set", "training.epochs=1", "--set", "data.train_images=4"] + more
        ).finish()
    }

    private func on(_ checkpoint: String, _ command: String, _ more: String...) throws -> Tool.Result {
        try Tool(
            [command, "--checkpoint", checkpoint, "--data", Workshop.scenes.get(), "--split", "test"] + more
        ).finish()
    }

    @Test(arguments: [
        "vse++", "scan", "imram", "dsran", "dime", "uniter", "lightningdot", "soho", "vista", "dual_encoder", "lexicon",
    ])
    func `a baseline is trained, evaluated and asked`(method: String) throws {
        let folder = try Workshop.newFolder("peer") + "/run"
        let loss = method == "dual_encoder" || method == "lexicon" ? "contrastive" : "triplet"
        let run = try train(folder, "--set", "model.method=\(method)", "--set", "loss.kind=\(loss)")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try text(folder + "/config.json").contains("\"architecture\" : \"\(method)\""))
        #expect(try on(folder, "evaluate", "--json").json["images"] as? Int == 12)
        #expect(try on(folder, "probe").outputLines.count == 3)
        #expect(try on(folder, "query", "--top", "3", "a red star").outputLines.count == 3)
        expectRefusal(
            try on(folder, "evaluate", "--precision", "int16"),
            ["precision", "int16", "expected AsCL with sum fusion on the CPU", "found \(method) on cpu"])
    }

    @Test(arguments: ["lexlip", "cots"])
    func `a method with keys is trained by tasks first, evaluated and asked`(method: String) throws {
        let folder = try Workshop.newFolder("keys") + "/run"
        let settings = [
            "model.method=\(method)", "loss.kind=momentum", "training.epochs=3", "pretraining.epochs=2",
            "pretraining.dictionary=8", "model.layers=1", "loss.positives=false", "loss.negatives=false",
        ].flatMap { ["--set", $0] }
        let run = try Tool(Workshop.training(output: folder) + ["--set", "data.train_images=4"] + settings).finish()
        #expect(run.status == 0, "\(run.errors)")
        #expect(try text(folder + "/config.json").contains("\"architecture\" : \"\(method)\""))
        #expect(try on(folder, "evaluate", "--json").json["images"] as? Int == 12)
        #expect(try on(folder, "query", "--top", "3", "a red star").outputLines.count == 3)
        guard method == "lexlip" else {
            expectRefusal(
                try on(folder, "terms"),
                [
                    "architecture", "expected lexlip or lexicon, whose vectors are weights of terms",
                    "found cots",
                ])
            return
        }
        let terms = try on(folder, "terms", "--keep", "3", "--keep", "0", "--json").json
        let searches = try #require(terms["searches"] as? [[String: Any]])
        #expect(searches.map { $0["kept"] as? Int } == [3, nil])
        let reading = try #require(terms["reading"] as? [String: Any])
        #expect(reading["images"] as? Int == 12 && reading["own"] is Double && reading["shuffled"] is Double)
        let lines = try on(folder, "terms").outputLines
        #expect(lines.first?.hasPrefix("12 images x 60 captions, ") == true && lines.count == 4)
        expectRefusal(try on(folder, "terms", "--keep", "900"), ["--keep", "expected at most", "found 900"])
    }

    @Test func `terms are shown beside the pictures that they are of`() throws {
        let folder = try Workshop.newFolder("sheet") + "/run"
        let settings = ["model.method=lexlip", "training.epochs=1", "model.layers=1"].flatMap { ["--set", $0] }
        let run = try Tool(
            Workshop.training(output: folder) + ["--set", "data.train_images=4", "--set", "loss.negatives=false"]
                + settings
        ).finish()
        #expect(run.status == 0, "\(run.errors)")
        let data = try Workshop.drawnScenes.get()
        func terms(_ more: String...) throws -> Tool.Result {
            try Tool(["terms", "--checkpoint", folder, "--data", data, "--split", "test"] + more).finish()
        }
        let page = folder + "/terms.html"
        let shown = try terms("--sheet", page, "--images", data + "/images", "--top", "3")
        #expect(shown.status == 0, "\(shown.errors)")
        let html = try text(page)
        #expect(html.components(separatedBy: "<img ").count == 4 && !html.contains("class=\"problem\""))
        #expect(html.components(separatedBy: "<span class=\"word ").count > 3 && html.contains("another picture"))
        let refused = try terms("--sheet", page)
        #expect(refused.status == 2 && refused.errors.contains("--sheet and --images belong together"))
    }

    @Test func `a teacher needs a weight, and a weight a teacher`() throws {
        let folder = try Workshop.newFolder("taught") + "/run"
        let student = ["--set", "model.method=dual_encoder", "--set", "loss.positives=false"]
        func taught(_ more: String...) throws -> Tool.Result {
            try Tool(
                Workshop.training(output: folder) + student + ["--set", "training.epochs=1"] + more
            ).finish()
        }
        expectRefusal(
            try taught("--set", "loss.distillation=1"), ["loss.distillation", "expected a teacher", "found none"])
        let teacher = ["--teacher", try Workshop.checkpoint.get()]
        expectRefusal(
            try Tool(Workshop.training(output: folder) + student + teacher).finish(),
            ["loss.distillation", "expected a weight above 0", "found 0"])
        #expect(!exists(folder))
        let run = try taught("--set", "loss.distillation=1", teacher[0], teacher[1])
        #expect(run.status == 0, "\(run.errors)")
    }

    @Test func `extra positives add precision beside recall`() throws {
        let folder = try Workshop.newFolder("extra")
        try write("{\"0\": [7, 12], \"3\": [2]}", to: folder + "/extra.json")
        let checkpoint = try Workshop.checkpoint.get()
        let plain = try on(checkpoint, "evaluate", "--json").json
        let json = try on(checkpoint, "evaluate", "--json", "--extra-positives", folder + "/extra.json").json
        #expect(json["rsum"] as? Double == plain["rsum"] as? Double)
        let precision = try #require(json["extra_positives"] as? [String: Any])
        let toText = try #require(precision["image_to_text"] as? [String: Any])
        #expect((toText["map_at_r"] as? Double).map { (0...100).contains($0) } == true)
        let table = try on(checkpoint, "evaluate", "--extra-positives", folder + "/extra.json")
        #expect(table.output.contains("mAP@R") && table.output.contains("Rsum"))
        try write("{\"0\": [60]}", to: folder + "/extra.json")
        expectRefusal(
            try on(checkpoint, "evaluate", "--extra-positives", folder + "/extra.json"),
            [folder + "/extra.json", "expected", "found"])
    }

    @Test func `foil sets of others are read`() throws {
        let folder = try Workshop.newFolder("foils")
        let names = try lines(Workshop.scenes.get() + "/test_ids.txt")
        try write(
            "{\"0\": {\"filename\": \"\(names[0])\", \"caption\": \"a red star\", \"negative_caption\": "
                + "\"a blue star\"}, \"1\": {\"filename\": \"elsewhere.jpg\", \"caption\": \"a\", "
                + "\"negative_caption\": \"b\"}}", to: folder + "/foils.json")
        let checkpoint = try Workshop.checkpoint.get()
        let run = try on(checkpoint, "probe", "--cases", folder + "/foils.json")
        #expect(run.status == 0 && run.outputLines.count == 1, "\(run.errors)")
        #expect(run.output.hasPrefix("type I ") && run.output.contains("of 1"))
        #expect(run.errors.contains("1 images are not among those of test"))
    }
}
