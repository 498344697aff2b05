import RetrievalFixtures
import Testing

@testable import CaptionGraphs

/// Lines with numbers that no file of WordNet's has: they are nothing, and end no program.
@Suite struct WordNetTests {
    private let tiny: GraphCase

    init() throws { tiny = try GraphCase() }

    @Test func `a synset is read out of its line`() throws {
        let line = "00000007 03 n 02 house_cat 0 Felis 1 002 ~ 00000009 n 0000 @ 00000042 n 0000 | x"
        let synset = try #require(Synset(line: line, offset: 7))
        #expect(synset.hypernym == 42 && synset.offset == 7 && Synset(line: line, offset: 8) == nil)
        #expect(Synset(line: "00000000 03 n 01 a 0 000 | x", offset: 0)?.words == ["a"])
    }

    @Test(arguments: [
        "7fffffffffffffff a 0 000", "01 a 0 \(Int.max)", "4000000000000000 a 0 000", "01 a 0 \(Int.max / 2)",
        "00 a 0 000", "-1 a 0 000", "02 a 0 000", "01 a 0 -1", "01 a 0 002",
    ])
    func `a line that claims more words or pointers than it has is no synset`(_ counts: String) {
        #expect(Synset(line: "00000000 03 n \(counts) | x", offset: 0) == nil)
    }

    @Test(arguments: ["\(Int.max)", "\(Int.max - 3)", "0", "-1", "9"])
    func `a word that claims more senses than its line has is no noun`(_ senses: String) throws {
        try tiny.folder.put("dog n \(senses) 1 @ 1 1 00000000\n", at: "wordnet/index.noun")
        #expect(try WordNet(folder: tiny.folder.path + "/wordnet").firstSense(of: "dog") == nil)
    }

    @Test func `counts beyond all texts are none`() throws {
        let lines = ["dog%1:00:00:: 1 \(Int.max)", "dog%1:05:00:: 2 \(Int.max)", "dog%1:06:00:: 3 7"]
        try tiny.folder.put(lines.map { $0 + "\n" }.joined(), at: "wordnet/cntlist.rev")
        #expect(try WordNet(folder: tiny.folder.path + "/wordnet").count(of: "dog", as: .noun) == 7)
    }
}
