import RetrievalFixtures
import Testing

@testable import CaptionGraphs

@Suite struct CaptionChunkerTests {
    private let tiny: GraphCase

    init() throws { tiny = try GraphCase() }

    @Test(arguments: [
        (
            "A man in a red shirt rides a bike.",
            "object man, relation in, attribute red, object shirt, relation rides, object bike"
        ),
        ("Two large black dogs running", "attribute large, attribute black, object dogs, relation running"),
        ("A brown and black dog, and a cat", "attribute brown and black, object dog, object cat"),
        ("The man's tennis ball", "attribute man, object tennis ball"),
        ("a man stands in front of a wall", "object man, relation stands, relation in front of, object wall"),
        ("men in red walk to the park", "object men, relation in, object red, relation walk, relation to, object park"),
        ("A running dog", "attribute running, object dog"),
        ("Über \u{201C}cafés\u{201D}: and", "attribute Über, object cafés"),
        // Signs that have more or fewer bytes than what they are compared as.
        ("Five o\u{2019}clock", "object o\u{2019}clock"),
        ("The MAN\u{2019}S hat", "attribute MAN, object hat"),
        ("an \u{130}pek, a STRA\u{1E9E}E.", "object \u{130}pek, object STRA\u{1E9E}E"),
        ("and of to", "object and, object of, object to"), ("?!", ""),
    ])
    func `units are head nouns, modifiers, verbs and prepositions, and where they stand`(
        _ caption: String, _ expected: String
    ) throws {
        var chunker = CaptionChunker(wordNet: tiny.wordNet)
        let bytes = Array(caption.utf8)
        let units = try chunker.units(of: caption).map {
            "\($0.kind.rawValue) \(try #require(String(validating: bytes[$0.bytes], as: UTF8.self)))"
        }
        #expect(units.joined(separator: ", ") == expected)
        for word in CaptionWord.words(of: caption) {
            let own = try #require(String(validating: bytes[word.bytes], as: UTF8.self))
            #expect(own.lowercased().replacing("\u{2019}", with: "'") == word.text)
        }
    }

    @Test func `words have the base forms of exceptions, indices and endings`() {
        let nouns = ["men", "mice", "shirts", "people", "tennis balls", "nothing"].map {
            tiny.wordNet.lemma(of: $0, as: .noun)
        }
        #expect(nouns == ["man", "mouse", "shirt", "people", "tennis ball", nil])
        let verbs = ["ran", "riding", "chased", "walks", "dresses"].map { tiny.wordNet.lemma(of: $0, as: .verb) }
        #expect(verbs == ["run", "ride", "chase", "walk", "dress"])
    }

    @Test func `every line of a sorted file is found, and nothing else`() throws {
        let lines = ["a 1", "ab 2", "ab 3", "b 4", "ba 5", "zebra 6"]
        let file = try SortedLines(path: tiny.folder.file("lines", Array(lines.joined(separator: "\n").utf8)))
        #expect(lines.allSatisfy { file.lines(startingWith: $0) == [$0[...]] })
        #expect(file.lines(startingWith: "ab ") == ["ab 2", "ab 3"])
        #expect(["A", "ac", "b 5", "zz"].allSatisfy { file.lines(startingWith: $0).isEmpty })
        #expect(try SortedLines(path: tiny.folder.file("none", [])).lines(startingWith: "a").isEmpty)
    }

    @Test func `a folder without WordNet, and a circle of hypernyms, are told in a line`() throws {
        let none = #expect(throws: InputErrorLine.self) { try inOneLine { _ = try WordNet(folder: "/nowhere") } }
        #expect(none?.line.contains("apt install wordnet-base") == true)
        let name = "wordnet/data.noun"
        let text = String(decoding: try tiny.folder.data(name), as: UTF8.self)
        func expectLine(of changed: String, _ line: String) throws {
            // The same length, or all places after it would be wrong.
            #expect(changed != text && changed.utf8.count == text.utf8.count)
            try tiny.folder.write(changed, to: name)
            let damaged = try WordNet(folder: tiny.folder.path + "/wordnet")
            let error = #expect(throws: InputErrorLine.self) { try inOneLine { _ = try damaged.chain(of: "dog") } }
            #expect(error?.line == "\(tiny.folder.path)/\(name): \(line)")
        }
        // "organism" is above itself.
        let organism = try #require(tiny.wordNet.firstSense(of: "organism"))
        let place = String(repeating: "0", count: 8 - "\(organism)".count) + "\(organism)"
        try expectLine(
            of: text.replacing("organism 0 001 @ 00000000", with: "organism 0 001 @ \(place)"),
            "byte \(organism) (dog): expected a synset of WordNet's, found a circle of hypernyms")
        // "entity" has a pointer without its end.
        try expectLine(
            of: text.replacing("entity 0 000 | a gloss", with: "entity 0 001 @ 0000000"),
            "byte 0 (dog): expected a synset of WordNet's, found something else")
    }
}
