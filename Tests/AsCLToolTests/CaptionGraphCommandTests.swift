import Foundation
import RetrievalFixtures
import Testing

/// `ascl data graph`.
struct CaptionGraphCommandTests {
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
        try TinyWordNet.write(to: folder)
        try folder.write("1.jpg#0\tTwo dogs run.\n1.jpg#1\ta dog in the park\n2.jpg#0\ttwo dogs\n", to: "captions.txt")
    }

    @Test func `makes a graph, tells its numbers, and those of what it wrote`() throws {
        let (captions, words, output) = (
            folder.path + "/captions.txt", folder.path + "/wordnet", folder.path + "/graph"
        )
        let made = try Tool.run("data", "graph", captions, "--wordnet", words, "--output", output, "--json")
        #expect(made.status == 0 && made.errors.isEmpty, "\(made.errors)")
        let (json, read) = (try made.json, try Tool.run("data", "graph", output, "--json"))
        #expect(json["captions"] as? Int == 3 && json["images"] as? Int == 2)
        #expect((json["units"] as? [String: Int]) == ["object": 4, "attribute": 0, "relation": 2])
        #expect((json["notes"] as? [String])?.count == 1)
        for key in ["nodes", "edges", "sharedNodes", "nodesByLevel"] {
            #expect(try "\(json[key] ?? 0)" == "\(read.json[key] ?? 1)")
        }
        let shown = try Tool.run("data", "graph", captions, "--wordnet", words)
        #expect(
            shown.outputLines.first == "2 images, 3 captions" && shown.output.contains("note: images of one caption"))
    }

    @Test func `bad input is one line, and nothing is written`() throws {
        let (captions, output) = (folder.path + "/captions.txt", folder.path + "/graph")
        let bare = try Tool.run("data", "graph", captions, "--wordnet", folder.path, "--output", output)
        #expect(bare.status == 1 && bare.errorLines.count == 1 && bare.errors.contains("apt install wordnet-base"))
        _ = try folder.file("latin.txt", Array("1.jpg\ta caf".utf8) + [0xE9, 0x0A])
        let words = folder.path + "/wordnet"
        let latin = try Tool.run("data", "graph", folder.path + "/latin.txt", "--wordnet", words, "--output", output)
        #expect(latin.status == 1 && latin.errorLines.count == 1 && latin.errors.contains("bytes that are not UTF-8"))
        let none = try Tool.run("data", "graph", folder.path + "/none.txt")
        #expect(none.status == 1 && none.errorLines.count == 1 && none.errors.contains("none.txt"))
        #expect(try folder.names == ["captions.txt", "latin.txt", "wordnet"])
    }
}
