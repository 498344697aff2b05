import AsCLBase
import RetrievalFixtures
import Testing

@testable import CaptionGraphs

@Suite struct GraphFilesTests {
    private let tiny: GraphCase

    init() throws { tiny = try GraphCase() }

    /// The error's line of a graph of three files, without the folder.
    private func line(nodes: String = "0\tdog\n4\tred dog\n", captions: String = "0\ta#0\tb#1\n", edges: String = "")
        throws -> String?
    {
        try tiny.folder.put(nodes, at: "g/node.idx")
        try tiny.folder.put(captions, at: "g/node-cap.map")
        try tiny.folder.put(edges, at: "g/node-tree.txt")
        do {
            try inOneLine { _ = try DenotationGraph(folder: tiny.folder.path + "/g") }
            return nil
        } catch let error as InputErrorLine {
            return error.line.replacing(tiny.folder.path + "/g/", with: "")
        }
    }

    @Test func `a written graph is read as it was`() throws {
        let graph = try tiny.made([("x.jpg", ["two dogs run", "a dog runs"]), ("y#.jpg", ["a dog in the park"])]).graph
        try graph.write(to: tiny.folder.path + "/g")
        let read = try DenotationGraph(folder: tiny.folder.path + "/g")
        #expect(read.nodes.map(\.text) == graph.nodes.map(\.text) && read.edges == graph.edges)
        #expect(read.levels == graph.levels && Set(read.imageNames) == ["x.jpg", "y#.jpg"])
        for text in graph.texts { #expect(Set(read.makers(of: text) ?? []) == Set(graph.makers(of: text) ?? [])) }
        #expect(try tiny.folder.names.contains("g") && DenotationGraph.isGraph(tiny.folder.path + "/g"))
    }

    @Test func `the public pipeline's files are read, rules of an edge and gaps between numbers too`() throws {
        #expect(try line(captions: "0\ta#0\n4\tb#H\n", edges: "4\tNPMOD/red\t0\tb#H#12\tb#H\n") == nil)
        let graph = try DenotationGraph(folder: tiny.folder.path + "/g")
        #expect(graph.links == ["dog > red dog (NPMOD/red)"])
        // Whoever makes the child makes the parent, whether or not the file says so.
        #expect(graph.makers(of: "dog") == ["a#0", "b#H"] && graph.makers(of: "red dog") == ["b#H"])
    }

    @Test func `a damaged file is told by its line`() throws {
        let node = "expected a number, a tab and a phrase, found"
        #expect(try line(nodes: "0\tdog\n0\tcat\n") == "node.idx: line 2: \(node) \"0\\tcat\"")
        #expect(try line(nodes: "dog\n")?.hasPrefix("node.idx: line 1: \(node)") == true)
        #expect(try line(nodes: "") == "node.idx: content: expected a number, a tab and a phrase, found an empty file")
        #expect(try line(captions: "7\ta#0\n")?.hasPrefix("node-cap.map: line 1: expected a node of node.idx") == true)
        #expect(try line(captions: "0\ta\n")?.hasPrefix("node-cap.map: line 1: expected a node of node.idx") == true)
        #expect(try line(edges: "4\tX\t9\n")?.hasPrefix("node-tree.txt: line 1: expected a child of node.idx") == true)
        #expect(
            try line(edges: "4\tX\t0\n0\tX\t4\n")
                == "node-tree.txt: edges: expected from the general to the specific, found a circle at or above node 0 (dog)"
        )
        #expect(try line(nodes: "\u{FEFF}0\tdog\n", captions: "0\ta#0\n") == nil)
        _ = try tiny.folder.file("g/node.idx", [0x30, 0x09, 0xFF, 0x0A])
        let error = #expect(throws: InputErrorLine.self) {
            try inOneLine { _ = try DenotationGraph(folder: tiny.folder.path + "/g") }
        }
        #expect(error?.line.hasSuffix("line 1: expected UTF-8 text, found bytes that are not UTF-8") == true)
    }

    @Test func `a folder with anything else in it is not replaced`() throws {
        try tiny.folder.put("mine", at: "g/notes.txt")
        let error = #expect(throws: InputErrorLine.self) {
            try inOneLine { try DenotationGraph.expectPlace(tiny.folder.path + "/g") }
        }
        #expect(error?.line.hasSuffix("content: expected a new folder, or a graph to replace, found notes.txt") == true)
        try DenotationGraph.expectPlace(tiny.folder.path + "/new")
    }

    @Test func `a Karpathy JSON gives the captions of one split, and restval's to train`() throws {
        let images = [("1.jpg", "train"), ("2.jpg", "val"), ("3.jpg", "restval")].map {
            #"{"filename": "\#($0)", "filepath": "x", "split": "\#($1)", "sentences": [{"raw": "a dog"}]}"#
        }
        try tiny.folder.write("{\"images\": [\(images.joined(separator: ", "))]}", to: "c.json")
        let path = tiny.folder.path + "/c.json"
        #expect(try CaptionedImages.read(path, split: "train").map(\.name) == ["x/1.jpg", "x/3.jpg"])
        let error = #expect(throws: InputErrorLine.self) {
            try inOneLine { _ = try CaptionedImages.read(path, split: "test") }
        }
        #expect(error?.line.hasSuffix("c.json: split: expected one of train, val, found test") == true)
    }

    @Suite struct MutatedGraphTests {
        @Test(arguments: ["node.idx", "node-cap.map", "node-tree.txt"])
        func `a changed file is read or refused`(_ name: String) throws {
            let tiny = try GraphCase()
            let folder = tiny.folder.path + "/g"
            try tiny.graph("two dogs run", "a dog runs in the park", "a man in a hat").write(to: folder)
            let outcomes = try Fuzz.outcomes(of: Array(tiny.folder.data("g/\(name)")), name: name) { path in
                _ = try tiny.folder.file("g/\(name)", Array(MappedFile(path: path).contents()))
                _ = try DenotationGraph(folder: folder)
            }
            #expect(outcomes.read + outcomes.refused > 0 && outcomes.refused > 0)
        }

        @Test(arguments: ["index.noun", "data.noun", "noun.exc", "cntlist.rev"])
        func `a changed file of WordNet's is read or refused`(_ name: String) throws {
            let tiny = try GraphCase()
            let original = try Array(tiny.folder.data("wordnet/\(name)"))
            let outcomes = try Fuzz.outcomes(of: original, name: name) { path in
                _ = try tiny.folder.file("wordnet/\(name)", Array(MappedFile(path: path).contents()))
                let wordNet = try WordNet(folder: tiny.folder.path + "/wordnet")
                let captions = ["two dogs run", "a dog runs in the park", "a man in a hat", "people in a crowd"]
                let made = try DenotationGraph.making(of: captions.map { (name: $0, captions: [$0]) }, wordNet: wordNet)
                #expect(!made.graph.nodes.isEmpty)
            }
            // What WordNet does not know of a word is no error, but a place where no synset stands is one.
            #expect(outcomes.read > 0 && (outcomes.refused > 0 || name != "data.noun"))
        }
    }
}
