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
        ("[PAD]\n[UNK]\n[CLS]\ndog\n", "F/vocab.txt: lines 1-4: expected a line [SEP], found none"),
        ("[UNK]\n[CLS]\n[SEP]", "F/vocab.txt: lines 1-3: expected a line [PAD], found none"),
        ("[PAD]\n[CLS]\n[SEP]", "F/vocab.txt: lines 1-3: expected a line [UNK], found none"),
        ("[PAD]\n[UNK]\n[SEP]", "F/vocab.txt: lines 1-3: expected a line [CLS], found none"),
    ])
    func `a vocabulary without what is needed is refused`(contents: String, expected: String) throws {
        let path = try folder.write(contents, as: "vocab.txt")
        #expect(message { _ = try WordPieceTokenizer(vocabularyPath: path) } == expected)
    }

    @Test func `bytes that are not UTF-8 are named by line`() throws {
        let path = try folder.write(Data(Self.good.utf8) + [0x61, 0xFF, 0x0A], as: "vocab.txt")
        #expect(
            message { _ = try WordPieceTokenizer(vocabularyPath: path) }
                == "F/vocab.txt: line 7: expected UTF-8, found other bytes")
    }

    @Test func `a missing vocabulary is named`() {
        #expect(
            message { _ = try WordPieceTokenizer(directory: folder.path) }
                == "F/vocab.txt: opening: expected a readable file, found No such file or directory")
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
        (#"{"strip_accents": false}"#, "strip_accents: expected true or null, found false"),
        (#"{"tokenize_chinese_chars": false}"#, "tokenize_chinese_chars: expected true or null, found false"),
        (#"{"do_lower_case": "yes"}"#, "do_lower_case: expected true or false, found another type"),
        ("[]", "top level: expected an object, found another type"),
        ("{", "reading: expected a JSON object, found malformed JSON"),
    ])
    func `a configuration that cannot be followed is refused`(contents: String, expected: String) throws {
        _ = try folder.write(Self.good, as: "vocab.txt")
        _ = try folder.write(contents, as: "tokenizer_config.json")
        #expect(
            message { _ = try WordPieceTokenizer(directory: folder.path) } == "F/tokenizer_config.json: " + expected)
    }
}
