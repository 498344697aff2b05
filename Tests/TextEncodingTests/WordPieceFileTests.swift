import AsCLBase
import Foundation
import Testing
import TextEncoding

/// Bad vocabularies and settings: each is one line that names file, place, expected and found.
@Suite struct WordPieceFileTests {
    static let good = "[PAD]\n[UNK]\n[CLS]\n[SEP]\ndog\nDog\n"
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func message(_ body: () throws -> Void) -> String {
        let error = #expect(throws: InputError.self) { try body() }
        return (error?.description ?? "").replacing(folder.path, with: "F")
    }

    @Test(arguments: [
        ("", "F/vocab.txt: line 1: expected one token a line, found an empty file"),
        ("[PAD]\n[UNK]\n[CLS]\ndog\n", "F/vocab.txt: lines 1-4: expected a token [SEP], found none"),
        ("[UNK]\n[CLS]\n[SEP]", "F/vocab.txt: lines 1-3: expected a token [PAD], found none"),
        ("[PAD]\n[CLS]\n[SEP]", "F/vocab.txt: lines 1-3: expected a token [UNK], found none"),
        ("[PAD]\n[UNK]\n[SEP]", "F/vocab.txt: lines 1-3: expected a token [CLS], found none"),
    ])
    func `a vocabulary without what is needed is refused`(contents: String, expected: String) throws {
        _ = try folder.write(contents, as: "vocab.txt")
        #expect(message { _ = try WordPieceTokenizer(directory: folder.path) } == expected)
    }

    @Test func `bytes that are not UTF-8 are named by line`() throws {
        _ = try folder.write(Data(Self.good.utf8) + [0x61, 0xFF, 0x0A], as: "vocab.txt")
        #expect(
            message { _ = try WordPieceTokenizer(directory: folder.path) }
                == "F/vocab.txt: line 7: expected UTF-8, found other bytes")
    }

    @Test func `a missing vocabulary is named, and one of another kind`() throws {
        func line() -> String { message { _ = try WordPieceTokenizer(directory: folder.path) } }
        #expect(line() == "F/vocab.txt: expected this file or tokenizer.json, found neither")
        _ = try folder.write("{}", as: "vocab.json")
        _ = try folder.write("", as: "merges.txt")
        #expect(line().hasSuffix("found neither, but vocab.json, merges.txt, which is not BERT's kind"))
    }

    @Test func `the folder says whether to lower`() throws {
        _ = try folder.write(Self.good, as: "vocab.txt")
        func dog() throws -> [Int32] { try WordPieceTokenizer(directory: folder.path).encode("Dog", maxTokens: 8).ids }
        #expect(try dog() == [2, 4, 3], "without a configuration")
        _ = try folder.write(
            #"{"do_lower_case": false, "strip_accents": null, "other": [1]}"#, as: "tokenizer_config.json")
        #expect(try dog() == [2, 5, 3])
        _ = try folder.write(#"{"do_lower_case": true}"#, as: "tokenizer_config.json")
        #expect(try dog() == [2, 4, 3])
    }

    @Test(arguments: [
        (#"{"do_lower_case": "yes"}"#, "do_lower_case: expected true or false, found yes"),
        (
            #"{"tokenizer_class": "BertJapaneseTokenizer"}"#,
            "tokenizer_class: expected BertTokenizer, found BertJapaneseTokenizer"
        ),
        ("[]", "top level: expected an object, found a list"),
        ("{", "byte 1: expected a key in quotes, found the file's end"),
    ])
    func `a configuration that cannot be followed is refused`(contents: String, expected: String) throws {
        _ = try folder.write(Self.good, as: "vocab.txt")
        _ = try folder.write(contents, as: "tokenizer_config.json")
        #expect(
            message { _ = try WordPieceTokenizer(directory: folder.path) } == "F/tokenizer_config.json: " + expected)
    }
}
