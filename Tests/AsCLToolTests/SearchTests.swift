import Foundation
import RetrievalFixtures
import Testing

/// Indexing and searching as a user does it.
struct SearchTests {
    private let encoder: String
    private let data: String
    private let collection: PictureCollection

    init() throws {
        encoder = try Workshop.newFolder("clip")
        data = try Workshop.newFolder("data")
        collection = try PictureCollection()
        try TinyPretrained.write(.clip, to: encoder)
    }

    private func ascl(_ arguments: String..., shell: String = "") throws -> Tool.Result {
        try Tool(arguments, shell: shell, environment: ["XDG_DATA_HOME": data]).finish()
    }

    private func add(_ numbers: Range<Int>) throws {
        for number in numbers { try collection.add("\(number).bmp", TinyPicture.bitmap(number)) }
    }

    @Test func `a folder is indexed, searched, brought up to date and forgotten`() throws {
        try add(0..<8)
        try collection.add("broken.jpg", Data("no picture".utf8))
        let first = try ascl("index", collection.images, "--encoder", encoder)
        #expect(first.status == 0, "\(first)")
        #expect(first.output == "9 pictures: 8 new, 0 known by their content, 0 gone, 1 cannot be used\n")
        let status = try ascl("index", "status")
        #expect(status.output.contains("pictures  9 in 9 files, 8 can be found"))
        #expect(status.output.contains("broken.jpg: file: expected a picture"))

        let found = try ascl("search", "--like", collection.images + "/3.bmp", "--top", "1", "--json")
        #expect(found.status == 0, "\(found)")
        let hits = try #require(found.json["hits"] as? [[String: Any]])
        #expect((hits.first?["picture"] as? [String: Any])?["path"] as? String == collection.images + "/3.bmp")
        let all = try ascl("search", "a cat", "--all", "--top", "3")
        #expect(all.outputLines.count == 3 && all.errors.contains("3 of "))

        try add(8..<10)
        try collection.remove("0.bmp")
        let second = try ascl("index")
        #expect(second.output == "10 pictures: 2 new, 0 known by their content, 1 gone, 1 cannot be used\n")
        // One of ten is too little for the index to see to it by itself.
        func deleted() throws -> Double? { try ascl("index", "stats", "--json").json["deletedShare"] as? Double }
        #expect(try deleted() ?? 0 > 0)
        let compacted = try ascl("index", "compact", "--json")
        #expect(compacted.status == 0, "\(compacted)")
        #expect(try deleted() == 0)
        #expect(try ascl("search", "a cat", "--all", "--json").json["count"] as? Int == 9)
        #expect(try ascl("index", "forget", collection.images).status == 0)
        #expect(try ascl("index", "status").output.contains("pictures  0 in 0 files"))
    }

    @Test func `each word is told with how well it was found`() throws {
        // The scenes' features are descriptors of their pictures, though their file does not say so.
        let model = try Workshop.linked(to: Workshop.checkpoint.get(), "explaining")
        let file = model + "/config.json"
        var configuration = try #require(
            try JSONSerialization.jsonObject(with: Data(text(file).utf8)) as? [String: Any])
        configuration["features"] = "descriptors"
        try FileManager.default.removeItem(atPath: file)
        try JSONSerialization.data(withJSONObject: configuration).write(to: URL(fileURLWithPath: file))
        let images = try Workshop.drawnScenes.get() + "/images"
        let indexed = try ascl("index", images, "--model", model, "--regions", "descriptors")
        #expect(indexed.status == 0, "\(indexed)")
        let run = try ascl("search", "a Red star, above it", "--explain", "--top", "3")
        #expect(run.status == 0 && run.outputLines.count == 6, "\(run)")
        let word = /\[?[a-zA-Z]+ -?[01]\.\d\d\]?/
        for line in [1, 3, 5].map({ run.outputLines[$0] }) {
            let words = line.matches(of: word).map { String($0.output) }
            #expect(words.count == 5 && line == "       " + words.joined(separator: "  "), "\(line)")
            #expect(words.allSatisfy { $0.hasPrefix("[") == ($0.contains("-") || $0.contains(" 0.00")) }, "\(line)")
        }
        let json = try ascl("search", "a Red star, above it", "--explain", "--top", "3", "--json").json
        let hits = try #require(json["hits"] as? [[String: Any]])
        let told = hits.compactMap { ($0["explanation"] as? [String: Any])?["words"] as? [[String: Any]] }
        #expect(
            told.map { $0.map { $0["text"] as? String } }
                == Array(repeating: ["a", "Red", "star", ",", "above", "it"], count: 3))
        #expect((try ascl("search", "a star", "--json").json["hits"] as? [[String: Any]])?.first?["explanation"] == nil)
        for arguments in [["a", "b"], ["a", "--minus", "b"], ["a", "--like", images]] {
            let refused = try Tool(["search", "--explain"] + arguments, environment: ["XDG_DATA_HOME": data]).finish()
            #expect(refused.status == 2 && refused.errors.contains("--explain: expected one sentence alone"))
        }
    }

    @Test func `a model that does not match words with regions says that it explains nothing`() throws {
        try add(0..<3)
        _ = try ascl("index", collection.images, "--encoder", encoder)
        let run = try ascl("search", "a cat", "--all", "--explain")
        #expect(run.status == 0 && run.outputLines.count == 3)
        #expect(run.errors.contains("does not match words with regions, so there is nothing to explain"))
    }

    @Test func `a belief in nothing is an answer`() throws {
        try add(0..<4)
        _ = try ascl("index", collection.images, "--encoder", encoder)
        // Weights drawn at random believe in no sentence more than in a hundred others.
        let run = try ascl("search", "a cat")
        #expect(run.status == 0 && run.output.isEmpty)
        #expect(run.errors == "nothing matches among 4 pictures; --all shows what comes nearest\n")
        let filtered = try ascl("search", "a cat", "--after", "2030")
        #expect(filtered.errors == "no picture passes the filter\n")
    }

    @Test func `captions are found by a picture, and say how far a search is to be believed`() throws {
        try add(0..<24)
        _ = try ascl("index", collection.images, "--encoder", encoder)
        #expect(
            try ascl("index", "calibrate").errorLines.last?.contains("`ascl index captions FILE` adds them") == true)
        let none = try ascl("search", "--captions-of", collection.images + "/3.bmp")
        #expect(none.status == 1 && none.errors.contains("expected sentences to choose from, found none"))
        let list = data + "/captions.txt"
        let lines =
            (0..<24).map { "\($0).bmp#0\ta cat \($0)\n\($0).bmp#1\t\($0) act\n" } + [
                "gone.bmp\tnothing\n", "0.bmp#2\ta cat 0\n",
            ]
        try write(Data(lines.joined().utf8), to: list)
        let given = try ascl("index", "captions", list)
        #expect(given.status == 0 && given.output == "48 captions of 24 pictures\n", "\(given)")
        #expect(
            given.errors == "1 names are those of no picture of the index, the first gone.bmp\n"
                + "1 captions repeat another of the same picture and are kept once\n")
        let found = try ascl("search", "--captions-of", collection.images + "/3.bmp", "--top", "48")
        #expect(found.outputLines.count == 48)
        #expect(Set(found.outputLines.filter { $0.contains(" * ") }.map { $0.dropFirst(8) }) == ["a cat 3", "3 act"])

        let fit = try ascl("index", "calibrate")
        #expect(fit.status == 0 && fit.outputLines.count == 4, "\(fit)")
        let page = try String(contentsOfFile: data + "/ascl/index/calibration.html", encoding: .utf8)
        #expect(page.contains("<svg") && page.contains("False hits"))
        #expect(try ascl("search", "a cat 3", "--all", "--json").json["leastRelevance"] as? Double != 0.2)
        let status = try ascl("index", "status")
        #expect(status.output.contains("captions  48\n") && status.output.contains("calibrated\n"))
    }

    @Test func `sentences of a file are searched for line by line`() throws {
        try add(0..<4)
        _ = try ascl("index", collection.images, "--encoder", encoder)
        let list = data + "/sentences.txt"
        try write(Data((0..<70).map { "cat \($0)\n" }.joined().utf8), to: list)
        let run = try ascl("search", "--from", list, "--all", "--top", "2")
        #expect(run.status == 0 && run.outputLines.count == 70, "\(run.errors)")
        for (number, line) in run.outputLines.enumerated() {
            let answer = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(answer["sentence"] as? String == "cat \(number)" && (answer["hits"] as? [Any])?.count == 2)
        }
        try write(Data("a cat\n\na dog\n".utf8), to: list)
        let blank = try ascl("search", "--from", list)
        #expect(blank.status == 1 && blank.errors.contains("line 2: expected a sentence, found a blank line"))
        #expect(blank.output.isEmpty)
    }

    @Test(arguments: [
        (["search"], 2, "expected a sentence, or --like and a picture"),
        (["search", "a", "--after", "soon"], 2, "--after: expected 2019, 2019-06 or 2019-06-30, found soon"),
        (["search", "a", "--from", "x"], 2, "found more than one of these"),
        (["search", "a"], 1, "expected an index of pictures, found none: make one with `ascl index PHOTOS`"),
        (["index"], 1, "expected an index of pictures, found none"),
        (["index", "/nowhere/at/all"], 1, "/nowhere/at/all"),
    ])
    func `what is missing is one line`(_ arguments: [String], _ status: Int32, _ expected: String) throws {
        let run = try Tool(arguments, environment: ["XDG_DATA_HOME": data]).finish()
        #expect(run.status == status && run.errors.contains(expected), "\(run)")
        #expect(status == 2 || run.errorLines.count == 1)
    }

    @Test func `what is there twice is told with the reason, and nothing is removed`() throws {
        try add(0..<3)
        try collection.add("copy.bmp", TinyPicture.bitmap(1))
        _ = try ascl("index", collection.images, "--encoder", encoder)
        let run = try ascl("index", "duplicates")
        #expect(run.status == 0 && run.errors.isEmpty)
        #expect(
            run.outputLines == [
                "keep          \(collection.images)/1.bmp  (8 x 8, 1 kB)",
                "same bytes    \(collection.images)/copy.bmp  (8 x 8, 1 kB)",
            ])
        let groups = try #require(try ascl("index", "duplicates", "--json").json["groups"] as? [[String: Any]])
        let others = try #require(groups.first?["others"] as? [[String: Any]])
        #expect(groups.count == 1 && others.map { $0["reason"] as? String } == ["same bytes"])
        try collection.remove("copy.bmp")
        _ = try ascl("index")
        #expect(try ascl("index", "duplicates").errors == "no picture is there twice\n")
    }

    @Test(.enabled("needs script, as Debian's bsdutils has it") { exists("/usr/bin/script") })
    func `terminals that can show pictures get them, and nothing else does`() throws {
        try add(0..<2)
        _ = try ascl("index", collection.images, "--encoder", encoder)
        let arguments = ["search", "--like", collection.images + "/1.bmp", "--top", "1"]
        func output(_ environment: [String: String], more: String = "", onTerminal: Bool = true) throws -> String {
            let command = ([Tool.path] + arguments + [more]).joined(separator: " ")
            let clear = ["KITTY_WINDOW_ID": "", "TERM": "xterm", "TERM_PROGRAM": "", "LC_TERMINAL": "", "TMUX": ""]
            let variables = clear.merging(["XDG_DATA_HOME": data]) { $1 }.merging(environment) { $1 }
            return try onTerminal
                ? Tool(["-qec", command, "/dev/null"], program: "/usr/bin/script", environment: variables).finish()
                    .output
                : Tool(arguments, environment: variables).finish().output
        }
        let kitty = try output(["KITTY_WINDOW_ID": "1"])
        #expect(
            kitty.hasPrefix("\u{1B}_Ga=T,q=2,f=24,s=8,v=8,r=6,m=0;") && kitty.contains("1.bmp"), "\(kitty.prefix(100))")
        #expect(try output(["TERM_PROGRAM": "iTerm.app"]).hasPrefix("\u{1B}]1337;File=inline=1;size="))
        for plain in [
            try output([:]), try output(["KITTY_WINDOW_ID": "1", "TMUX": "x"]),
            try output(["KITTY_WINDOW_ID": "1"], onTerminal: false),
            try output(["KITTY_WINDOW_ID": "1"], more: "--json"),
        ] { #expect(plain.contains("1.bmp") && !plain.contains("\u{1B}"), "\(plain.prefix(100))") }
    }
}
