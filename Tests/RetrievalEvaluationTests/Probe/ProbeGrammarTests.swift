import RetrievalData
import RetrievalFixtures
import Testing

@testable import RetrievalEvaluation

@Suite struct ProbeGrammarTests {
    @Test(arguments: [("elephant", "an"), ("unicycle", "a"), ("umbrella", "an"), ("dog", "a"), ("Apple", "an")])
    func `the article is that of the noun`(noun: String, article: String) {
        #expect(ProbeGrammar.article(before: noun) == article)
    }

    @Test func `replacing minds the article and the capital`() {
        let dog = CaptionWords("A dog, and an umbrella.")
        #expect(ProbeGrammar.replacing(1..<2, of: dog, with: "elephant") == "An elephant, and an umbrella.")
        #expect(ProbeGrammar.replacing(4..<5, of: dog, with: "tennis racket") == "A dog, and a tennis racket.")
        let frisbee = CaptionWords("Dogs catch a red Frisbee")
        #expect(ProbeGrammar.replacing(0..<1, of: frisbee, with: "cats") == "Cats catch a red Frisbee")
        #expect(ProbeGrammar.replacing(4..<5, of: frisbee, with: "apple") == "Dogs catch a red apple")
    }

    @Test(arguments: [
        ("a dog runs .", "a dog runs with a cat ."), ("a dog runs", "a dog runs with a cat"),
        ("the sign says 'dogs' !", "the sign says 'dogs' with a cat !"),
    ])
    func `adding goes before the full stop`(caption: String, changed: String) {
        #expect(ProbeGrammar.adding("with a cat", to: CaptionWords(caption)) == changed)
    }

    @Test(arguments: [
        ("a black dog runs", ["dog"]), ("dogs run on a beach", ["dogs", "beach"]),
        ("two men, one on a bike", ["men", "bike"]),
        ("he swings", []), ("a dog collar", []), ("they train", []), ("a boy slides down a slide", ["boy", "slide"]),
        ("the bike race", []), ("a butterfly ballet costume", []), ("on a bike", ["bike"]), ("a dog, cat", ["dog"]),
    ])
    func `nouns are told from verbs and modifiers`(caption: String, nouns: [String]) {
        #expect(CaptionReading(caption, lexicon: .standard).claims.map(\.form.text) == nouns)
    }
}
