import Foundation
import Testing
import TextEncoding

/// What Hugging Face's `BertTokenizerFast` made of each text, with the vocabulary of the real encoder.
@Suite struct WordPieceConformanceTests {
    struct Recorded: Decodable {
        struct Case: Decodable {
            let text: String
            let ids: [Int32]
        }
        struct Truncated: Decodable {
            let text: String
            let max_length: Int
            let ids: [Int32]
        }
        let cases: [Case]
        let truncated: [Truncated]

        init() throws {
            let file = try #require(
                Bundle.module.url(forResource: "wordpiece", withExtension: "json", subdirectory: "Resources"))
            self = try JSONDecoder().decode(Recorded.self, from: Data(contentsOf: file))
        }
    }

    let tokenizer: WordPieceTokenizer
    let recorded: Recorded

    init() throws {
        tokenizer = try WordPieceTokenizer(directory: textEncoderFolder())
        recorded = try Recorded()
    }

    @Test func `every recorded text has Hugging Face's tokens`() throws {
        #expect(recorded.cases.count == 225)
        for recorded in recorded.cases {
            let encoded = try tokenizer.encode(recorded.text, maxTokens: 512)
            #expect(encoded.ids == recorded.ids, "\(recorded.text.debugDescription)")
            #expect(!encoded.wasCut)
        }
    }

    @Test func `long texts are cut as Hugging Face cuts them`() throws {
        #expect(!recorded.truncated.isEmpty)
        for recorded in recorded.truncated {
            let encoded = try tokenizer.encode(recorded.text, maxTokens: recorded.max_length)
            #expect(encoded.ids == recorded.ids)
            #expect(encoded.wasCut)
        }
    }

    @Test func `the real vocabulary is known by its numbers`() {
        #expect(tokenizer.vocabularySize == 30_522)
        #expect(tokenizer.padding == 0)
        #expect(tokenizer.unknown == 100)
        #expect(tokenizer.classification == 101)
        #expect(tokenizer.separator == 102)
    }

    /// Corners that the recorded texts leave out, from tokenizers 0.23.3: its categories are those of Unicode 8, to which
    /// a later character is an ordinary letter and where seven were of another kind than today.
    @Test(
        arguments: [
            ("a\u{0898}b", [101, 100, 102]),  // a mark of Unicode 14
            ("a\u{166D}b", [101, 1037, 100, 1038, 102]),  // punctuation then, a symbol now
            ("a\u{1734}b", [101, 11113, 102]),  // a non-spacing mark then
            ("a\u{1885}b", [101, 100, 102]),  // a letter then
            ("a\u{F900}b", [101, 1037, 100, 1038, 102]),  // a compatibility ideograph
            ("a\u{20000}b", [101, 1037, 100, 1038, 102]),  // an ideograph of extension B
            ("a\u{2B820}b", [101, 100, 102]),  // one of extension E, before the block begins for it
            ("a\u{0B}b é", [101, 11113, 1041, 102]),  // white space that is a control character
            ("a\u{85}b", [101, 11113, 102]),
            ("a\u{2028}b", [101, 1037, 1038, 102]),  // white space that is not
        ] as [(String, [Int32])])
    func `characters are of the kind that Hugging Face takes them for`(text: String, ids: [Int32]) throws {
        #expect(try tokenizer.encode(text, maxTokens: 16).ids == ids)
    }
}
