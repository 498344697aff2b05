import AsCLBase
import Foundation
import Testing
import TextEncoding

/// Files of byte pair encodings that are of another kind, or cut, are one line that names the part.
@Suite struct BytePairFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static let clipSplit = #"'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"#

    /// A `tokenizer.json` by its parts.
    static func file(
        model: String = #""type": "BPE", "unk_token": "<unk>", "vocab": \#(tokens), "merges": [["a", "b"], "ab c"]"#,
        normalizer: String = "null", preTokenizer: String = "null", postProcessor: String = "null",
        more: String = ""
    ) -> String {
        """
        {"normalizer": \(normalizer), "pre_tokenizer": \(preTokenizer), "post_processor": \(postProcessor),
         "model": {\(model)}\(more)}
        """
    }

    static let tokens =
        #"{"<pad>": 0, "<eos>": 1, "<unk>": 2, "a": 3, "b": 4, "c": 5, "ab": 6, "abc": 7, "é": 8, "e\u0301": 9}"#

    func encode(_ text: String, length: Int) throws -> TokenizedText {
        try TokenizerFolder.tokenizer(directory: folder.path).encodePadded(text, length: length)
    }

    func message() -> String {
        let error = #expect(throws: InputError.self) { _ = try TokenizerFolder.tokenizer(directory: folder.path) }
        return (error?.description ?? "").replacing(folder.path, with: "F")
    }

    @Test func `a cut keeps the special tokens and tells how many are gone`() throws {
        let frame = """
            {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "<eos>"}}],
             "special_tokens": {"<eos>": {"id": "<eos>", "ids": [1]}}}
            """
        _ = try folder.write(Self.file(postProcessor: frame), as: "tokenizer.json")
        _ = try folder.write(#"{"padding_side": "right"}"#, as: "tokenizer_config.json")
        #expect(try encode("abcab", length: 4) == TokenizedText(ids: [7, 6, 1, 0], cutCount: 0))
        #expect(try encode("abcab", length: 2) == TokenizedText(ids: [7, 1], cutCount: 1))
        #expect(try encode("abcab", length: 1) == TokenizedText(ids: [1], cutCount: 2))
        #expect(throws: InputError.self) { try encode("abcab", length: 0) }
        _ = try folder.write(#"{"padding_side": "left"}"#, as: "tokenizer_config.json")
        #expect(try encode("abcab", length: 4).ids == [0, 7, 6, 1])
    }

    @Test func `special tokens that no post-processor names are those of the configuration`() throws {
        _ = try folder.write(Self.file(), as: "tokenizer.json")
        _ = try folder.write(#"{"add_eos_token": true}"#, as: "tokenizer_config.json")
        #expect(try encode("ab", length: 3).ids == [0, 6, 1])
    }

    @Test func `spellings that Unicode holds to be equal are tokens apart`() throws {
        let model = #""type": "BPE", "vocab": \#(Self.tokens), "merges": []"#
        _ = try folder.write(Self.file(model: model), as: "tokenizer.json")
        #expect(try encode("\u{E9}", length: 1).ids == [8])
        #expect(try encode("e\u{301}", length: 1).ids == [0], "two characters, which the vocabulary has not")
    }

    @Test func `lower case that only the configuration asks for is told`() throws {
        _ = try folder.write(Self.file(), as: "tokenizer.json")
        func notices(_ configuration: String) throws -> [String] {
            _ = try folder.write(configuration, as: "tokenizer_config.json")
            return try TokenizerFolder.tokenizer(directory: folder.path).notices
        }
        #expect(try notices(#"{"tokenizer_class": "GemmaTokenizerFast"}"#).isEmpty)
        #expect(try encode("AB", length: 1).ids != [6])
        #expect(
            try notices(#"{"tokenizer_class": "GemmaTokenizerFast", "do_lower_case": true}"#) == [
                "\(folder.path)/tokenizer_config.json: do_lower_case: true holds, and tokenizer.json says otherwise"
            ])
        #expect(try encode("AB", length: 1).ids == [6])
        #expect(try notices(#"{"tokenizer_class": "Siglip2Tokenizer"}"#).isEmpty)
        #expect(try encode("AB", length: 1).ids == [6])
    }

    @Test(
        arguments: [
            (
                file(model: #""type": "Unigram", "vocab": [["a", 0]]"#),
                "model.type: expected BPE, as CLIP's and SigLIP 2's, found Unigram"
            ),
            (
                file(model: #""type": "BPE", "vocab": \#(tokens), "merges": [["a", "c"]]"#),
                "model.merges.0: expected two tokens of the vocabulary that make a third, found ac, which it has not"
            ),
            (
                file(model: #""type": "BPE", "vocab": \#(tokens), "merges": ["a b c"]"#),
                "model.merges.0: expected two tokens, found a b c"
            ),
            (file(model: #""type": "BPE", "vocab": \#(tokens)"#), "model.merges: expected a list, found none"),
            (
                file(model: #""type": "BPE", "vocab": \#(tokens), "merges": [], "dropout": 0.1"#),
                "model.dropout: expected none, found 0.1"
            ),
            (
                file(model: #""type": "BPE", "vocab": \#(tokens), "merges": [], "continuing_subword_prefix": "@@""#),
                "model.continuing_subword_prefix: expected none or an empty one, found @@"
            ),
            (
                file(model: #""type": "BPE", "vocab": \#(tokens), "merges": [], "ignore_merges": true"#),
                "model.ignore_merges: expected false, found true"
            ),
            (
                file(model: #""type": "BPE", "vocab": \#(tokens), "merges": [], "unk_token": "?""#),
                "model.unk_token: expected a token of the vocabulary, found ?"
            ),
            (
                file(normalizer: #"{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "StripAccents"}]}"#),
                "normalizer.normalizers.1.type: expected NFC, Lowercase, Replace or Sequence, found StripAccents"
            ),
            (
                file(normalizer: #"{"type": "Replace", "pattern": {"Regex": "a+"}, "content": ""}"#),
                #"normalizer.pattern: expected a text or the regular expression \s+, found a+"#
            ),
            (
                file(preTokenizer: #"{"type": "Metaspace"}"#),
                "pre_tokenizer.type: expected Split, or a Sequence of Split and ByteLevel, found Metaspace"
            ),
            (
                file(preTokenizer: #"{"type": "Split", "pattern": {"Regex": "a|b"}, "behavior": "Removed"}"#),
                "pre_tokenizer.pattern: expected a text, found a|b"
            ),
            (
                file(preTokenizer: #"{"type": "Split", "pattern": {"String": " "}, "behavior": "Isolated"}"#),
                "pre_tokenizer.behavior: expected MergedWithPrevious, not inverted, found Isolated"
            ),
            (
                file(postProcessor: #"{"type": "ByteLevel"}"#),
                "post_processor: expected special tokens around one text, found ByteLevel"
            ),
            (
                file(more: #", "truncation": {"direction": "Left", "max_length": 64}"#),
                "truncation.direction: expected Right, found Left"
            ),
        ])
    func `another kind is named`(_ contents: String, _ expected: String) throws {
        _ = try folder.write(contents, as: "tokenizer.json")
        #expect(message() == "F/tokenizer.json: " + expected)
    }

    @Test func `a class of another tokenizer is named`() throws {
        _ = try folder.write(Self.file(), as: "tokenizer.json")
        _ = try folder.write(#"{"tokenizer_class": "T5Tokenizer"}"#, as: "tokenizer_config.json")
        #expect(
            message() == "F/tokenizer_config.json: tokenizer_class: expected CLIPTokenizer, GemmaTokenizer or "
                + "Siglip2Tokenizer, found T5Tokenizer")
    }

    @Test func `a vocabulary with merges is CLIP's`() throws {
        #expect(message() == "F: tokenizer: expected tokenizer.json, vocab.json or spiece.model, found none")
        _ = try folder.write("[PAD]", as: "vocab.txt")
        #expect(
            message() == "F: tokenizer: expected tokenizer.json, vocab.json or spiece.model, found none, but vocab.txt")
        _ = try folder.write(
            #"{"a": 0, "a</w>": 1, "b</w>": 2, "ab</w>": 3, "<|startoftext|>": 4, "<|endoftext|>": 5}"#,
            as: "vocab.json")
        _ = try folder.write("#version: 0.2\na b</w>\n", as: "merges.txt")
        #expect(try encode("AB a<|endoftext|>", length: 6).ids == [4, 3, 1, 5, 5, 5])
        _ = try folder.write("#version: 0.2\na\n", as: "merges.txt")
        #expect(message() == "F/merges.txt: line 2: expected two tokens with a blank between, found a")
        _ = try folder.write("#version: 0.2\na b</w>\na a\n", as: "merges.txt")
        #expect(
            message()
                == "F/merges.txt: line 3: expected two tokens of the vocabulary that make a third, "
                + "found aa, which it has not"
        )
        _ = try folder.write(#"{"a": 0}"#, as: "vocab.json")
        #expect(message().hasPrefix("F/vocab.json: vocabulary: expected a token <|"))
    }
}
