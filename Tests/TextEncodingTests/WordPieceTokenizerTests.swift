import AsCLBase
import Foundation
import Testing
import TextEncoding

/// The rules, on a vocabulary small enough to read.
@Suite struct WordPieceTokenizerTests {
    static let tokens = [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "run", "##ning", "##n", "##ing", "a", "dog", ",", "caf", "##e", "##é",
        "Dog",
        "x", "##x",
    ]
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The tokens between `[CLS]` and `[SEP]`, as they stand in the vocabulary.
    func pieces(of text: String, lowercase: Bool = true) throws -> [String] {
        _ = try folder.write(Self.tokens.joined(separator: "\n") + "\n", as: "vocab.txt")
        _ = try folder.write(#"{"do_lower_case": \#(lowercase)}"#, as: "tokenizer_config.json")
        let ids = try WordPieceTokenizer(directory: folder.path).encode(text, maxTokens: 999).ids
        return ids.dropFirst().dropLast().map { Self.tokens[Int($0)] }
    }

    func encode(_ text: String, maxTokens: Int) throws -> TokenizedText {
        _ = try folder.write(Self.tokens.joined(separator: "\n"), as: "vocab.txt")
        return try WordPieceTokenizer(directory: folder.path).encode(text, maxTokens: maxTokens)
    }

    @Test func `the longest piece wins`() throws {
        #expect(try pieces(of: "running") == ["run", "##ning"])
        #expect(try pieces(of: "runing") == ["run", "##ing"])
    }

    @Test func `a word that cannot be spelt is unknown as a whole`() throws {
        #expect(try pieces(of: "a runningz dog") == ["a", "[UNK]", "dog"])
        #expect(try pieces(of: "ning") == ["[UNK]"], "a piece inside words begins none")
    }

    @Test func `punctuation stands alone`() throws {
        #expect(try pieces(of: "dog,dog") == ["dog", ",", "dog"])
    }

    @Test func `lowering strips accents, and a cased vocabulary keeps both`() throws {
        #expect(try pieces(of: "DOG CAFÉ") == ["dog", "caf", "##e"])
        #expect(try pieces(of: "Dog café", lowercase: false) == ["Dog", "caf", "##é"])
        #expect(try pieces(of: "DOG", lowercase: false) == ["[UNK]"])
    }

    @Test func `a hundred characters are a word, and one more is not`() throws {
        #expect(try pieces(of: String(repeating: "x", count: 100)).count == 100)
        #expect(try pieces(of: String(repeating: "x", count: 101)) == ["[UNK]"])
        #expect(try pieces(of: "caf" + String(repeating: "é", count: 97), lowercase: false).count == 98)
    }

    @Test func `special tokens written out are tokens`() throws {
        #expect(try pieces(of: "dog[SEP]dog [UNK]") == ["dog", "[SEP]", "dog", "[UNK]"])
        #expect(try pieces(of: "[SEP") == ["[UNK]", "[UNK]"], "without the bracket it is text")
    }

    @Test func `a cut keeps the frame and is told`() throws {
        #expect(try encode("a dog a", maxTokens: 5) == TokenizedText(ids: [2, 8, 9, 8, 3], cutCount: 0))
        #expect(try encode("a dog a", maxTokens: 4) == TokenizedText(ids: [2, 8, 9, 3], cutCount: 1))
        #expect(try encode("a dog a", maxTokens: 2).ids == [2, 3])
        #expect(throws: InputError.self) { try encode("a", maxTokens: 1) }
    }

    @Test func `Windows line ends are line ends`() throws {
        _ = try folder.write("[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\ndog\r\n", as: "vocab.txt")
        let tokenizer = try WordPieceTokenizer(directory: folder.path)
        #expect(tokenizer.vocabularySize == 5)
        #expect(try tokenizer.encode("dog", maxTokens: 8).ids == [2, 4, 3])
    }
}
