import AsCLBase
import Foundation
import Testing
import TextEncoding

/// A `tokenizer.json` of another kind, or one that another file contradicts, is one line.
@Suite struct TokenizerFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static let vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "dog", "Dog", "e\u{301}", "\u{E9}"]

    /// A `tokenizer.json` by its parts.
    static func file(
        model: String = #""type": "WordPiece", "vocab": \#(tokens)"#,
        normalizer: String = #"{"type": "BertNormalizer", "lowercase": true}"#,
        preTokenizer: String = #"{"type": "BertPreTokenizer"}"#, postProcessor: String = "null"
    ) -> String {
        """
        {"version": "1.0", "normalizer": \(normalizer), "pre_tokenizer": \(preTokenizer),
         "post_processor": \(postProcessor), "model": {\(model)}}
        """
    }

    static let tokens =
        "{" + vocabulary.enumerated().map { #""\#($1)": \#($0)"# }.joined(separator: ", ") + "}"

    func ids(_ text: String) throws -> [Int32] {
        try WordPieceTokenizer(directory: folder.path).encode(text, maxTokens: 9).ids
    }

    func message() -> String {
        let error = #expect(throws: InputError.self) { _ = try WordPieceTokenizer(directory: folder.path) }
        return (error?.description ?? "").replacing(folder.path, with: "F")
    }

    @Test func `spellings that Unicode holds to be equal are tokens apart`() throws {
        let cased = #"{"type": "BertNormalizer", "lowercase": false}"#
        _ = try folder.write(Self.file(normalizer: cased), as: "tokenizer.json")
        #expect(try ids("e\u{301} \u{E9} Dog") == [2, 6, 7, 5, 3])
    }

    @Test func `its own settings hold where the configuration is silent, and a contradiction is told`() throws {
        _ = try folder.write(Self.file(normalizer: "null"), as: "tokenizer.json")
        #expect(try ids("Dog e\u{301}") == [2, 5, 6, 3])
        _ = try folder.write(#"{"do_lower_case": true}"#, as: "tokenizer_config.json")
        #expect(try ids("Dog") == [2, 4, 3])
        #expect(
            try WordPieceTokenizer(directory: folder.path).notices
                == [
                    "\(folder.path)/tokenizer_config.json: do_lower_case: true holds, and tokenizer.json says otherwise"
                ])
        _ = try folder.write(
            #"{"do_lower_case": true, "tokenizer_class": "PreTrainedTokenizerFast"}"#, as: "tokenizer_config.json")
        #expect(try ids("Dog") == [2, 5, 3])
        #expect(try WordPieceTokenizer(directory: folder.path).notices.isEmpty)
    }

    @Test(
        arguments: [
            (file(model: #""type": "BPE""#), "model.type: expected WordPiece, as BERT's, found BPE"),
            (file(model: #""type": "Unigram""#), "model.type: expected WordPiece, as BERT's, found Unigram"),
            (file(model: #""vocab": [["a", 0]]"#), "model.type: expected WordPiece, as BERT's, found Unigram"),
            (file(model: #""vocab": {}, "merges": []"#), "model.type: expected WordPiece, as BERT's, found BPE"),
            (
                file(model: #""type": "WordPiece", "vocab": {"a": -1}"#),
                "model.vocab.a: expected a number, found -1.0"
            ),
            (
                file(normalizer: #"{"type": "Sequence", "normalizers": []}"#),
                "normalizer.type: expected BertNormalizer, found Sequence"
            ),
            (
                file(normalizer: #"{"type": "BertNormalizer", "lowercase": "yes"}"#),
                "normalizer.lowercase: expected true or false, found yes"
            ),
            (
                file(preTokenizer: #"{"type": "ByteLevel"}"#),
                "pre_tokenizer.type: expected BertPreTokenizer, found ByteLevel"
            ),
            (
                file(postProcessor: #"{"type": "ByteLevel", "trim_offsets": true}"#),
                "post_processor: expected special tokens around one text, found ByteLevel"
            ),
            (
                file(postProcessor: #"{"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}}]}"#),
                "post_processor: expected BERT's: one token, the text, one token, found TemplateProcessing"
            ),
        ])
    func `another kind is named`(_ contents: String, _ expected: String) throws {
        _ = try folder.write(contents, as: "tokenizer.json")
        #expect(message() == "F/tokenizer.json: " + expected)
    }

    @Test func `the other post-processor of BERT's files gives the frame`() throws {
        let frame = #"{"type": "BertProcessing", "sep": ["[SEP]", 1], "cls": ["[CLS]", 0]}"#
        _ = try folder.write(Self.file(postProcessor: frame), as: "tokenizer.json")
        #expect(try ids("dog") == [0, 4, 1])
    }

    @Test func `a vocab txt beside it has to say the same`() throws {
        _ = try folder.write(Self.file(), as: "tokenizer.json")
        func problem(_ tokens: [String]) throws -> String {
            _ = try folder.write(tokens.joined(separator: "\n") + "\n", as: "vocab.txt")
            return message()
        }
        let way = ": remove the file that the weights were not trained with"
        let same = Self.vocabulary
        _ = try folder.write(same.joined(separator: "\n") + "\n", as: "vocab.txt")
        #expect(try ids("dog") == [2, 4, 3])
        #expect(
            try problem(same.map { $0 == "dog" ? "cat" : $0 })
                == "F/vocab.txt: line 5: expected the token that tokenizer.json has as number 4, found cat in place of dog"
                + way)
        #expect(
            try problem(same.dropLast())
                == "F/vocab.txt: line 8: expected the token that tokenizer.json has as number 7, "
                + "found no line in place of \u{E9}" + way)
        #expect(
            try problem(same + ["cat"])
                == "F/vocab.txt: line 9: expected the token that tokenizer.json has as number 8, "
                + "found cat, which it has not" + way)
    }
}
