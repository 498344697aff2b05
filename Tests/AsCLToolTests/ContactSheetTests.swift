import Foundation
import Testing

/// `ascl query --sheet` on a photo collection, which has no captions.
struct ContactSheetTests {
    @Test func `the page shows the best pictures`() throws {
        let images = try Workshop.drawnScenes.get() + "/images"
        let page = try Workshop.newFolder("sheet") + "/sheet.html"
        let sentence = "a red star <above> a blue circle"
        let run = try query(["--top", "3", "--sheet", page, "--images", images, sentence])
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        let best = run.outputLines.compactMap { $0.split(separator: " ").last.map(String.init) }
        #expect(best.count == 3)
        let html = try text(page)
        #expect(html.contains("a red star &lt;above&gt; a blue circle") && !html.contains(sentence))
        #expect(html.split(separator: "data:image/jpeg;base64,").count == 4)
        #expect(html.contains("28 pictures of all"))
        var rest = html[...]
        for name in best {
            let place = try #require(rest.range(of: "<span class=\"name\">\(name)</span>"), "\(name) in its place")
            rest = rest[place.upperBound...]
        }
        #expect(html.split(separator: "<span class=\"box of-").count > 4 && html.contains(" shown first"))
        #expect(html.split(separator: "<span class=\"word ").count == 1 + 3 * 7, "every word under every picture")
        #expect(!html.contains(">&lt; <i>"), "marks are no words")
        #expect(try names(in: page.folder) == ["sheet.html"])
        // The same answers without a page.
        #expect(try query(["--top", "3", sentence]).output == run.output)
    }

    @Test func `a picture that is gone is said to be`() throws {
        let images = try Workshop.newFolder("none")
        let page = try Workshop.newFolder("sheet") + "/sheet.html"
        let run = try query(["--top", "2", "--sheet", page, "--images", images, "a star"])
        #expect(run.status == 0 && run.outputLines.count == 2)
        let html = try text(page)
        #expect(html.split(separator: "class=\"problem\"").count == 3)
        #expect(html.contains("No such file or directory"))
        #expect(
            run.errorLines.count == 1 && run.errors.hasPrefix("2 of 2 pictures are missing on the page; the first: "))
    }

    @Test func `a folder of pictures that is not there is an error`() throws {
        let folder = try Workshop.newFolder("sheet")
        let run = try query(["--sheet", folder + "/sheet.html", "--images", folder + "/none", "a star"])
        expectRefusal(run, [folder + "/none: listing: expected a readable folder", "No such file"])
        #expect(try names(in: folder).isEmpty)
    }

    @Test func `names do not steer the terminal`() throws {
        let features = try Workshop.linked(to: Workshop.features.get(), "hostile")
        let names = (0..<28).map { "\($0)\u{1B}]0;title\u{7}\u{9B}2J.png" }
        try write(names.joined(separator: "\n"), to: features + "/all_ids.txt")
        func query(_ more: String...) throws -> Tool.Result {
            try Tool(
                ["query", "--checkpoint", Workshop.checkpoint.get(), "--data", features, "--split", "all", "a star"]
                    + more
            ).finish()
        }
        let run = try query("--top", "1")
        #expect(run.status == 0 && run.output.hasSuffix(#"\u{1B}]0;title\u{07}\u{009B}2J.png"# + "\n"), "\(run.output)")
        let json = try query("--top", "1", "--json").output
        #expect(json.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
        let answers = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]]
        let name = try #require(answers?.first?["image"] as? String)
        #expect(names.contains(name))
    }

    @Test func `a page that cannot be written is an error`() throws {
        let page = try Workshop.newFolder("sheet") + "/missing/sheet.html"
        let run = try query(["--sheet", page, "--images", Workshop.drawnScenes.get() + "/images", "a star"])
        expectRefusal(run, [page])
    }

    @Test(arguments: [
        (["--sheet", "F"], "ascl: --sheet needs --images"),
        (
            ["--images", "I"],
            "ascl: --images: only --sheet shows pictures of a checkpoint's data, and --encoder reads them"
        ),
    ])
    func `a sheet and its images need each other`(_ options: [String], _ line: String) throws {
        let run = try query(options + ["a star"])
        #expect(run.status == 2 && run.errorLines.first == line, "\(run)")
    }

    @Test func `what needs captions refuses a collection`() throws {
        let features = try Workshop.features.get()
        expectRefusal(
            try Tool.run(
                "evaluate", "--checkpoint", Workshop.checkpoint.get(), "--data", features, "--split", "all"),
            [features + "/all_caps.txt", "opening: expected a readable file", "No such file or directory"])
    }

    private func query(_ arguments: [String]) throws -> Tool.Result {
        try Tool(
            ["query", "--checkpoint", Workshop.checkpoint.get(), "--data", Workshop.features.get(), "--split", "all"]
                + arguments
        ).finish()
    }
}
