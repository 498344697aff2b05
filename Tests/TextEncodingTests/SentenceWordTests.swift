import Foundation
import Testing

@testable import TextEncoding

@Suite struct SentenceWordTests {
    private func words(_ text: String, _ tokenizer: any Tokenizer, upTo limit: Int = .max) throws -> [String] {
        try tokenizer.words(of: text, upTo: limit).map { "\(text[$0.range]):\($0.tokens.count)" }
    }

    private func wordPieces() throws -> WordPieceTokenizer {
        let folder = try TemporaryFolder()
        let vocabulary =
            ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + ["a", "dog", "##s", "play", "##ing", "'", ",", "in"]
        _ = try folder.write(vocabulary.joined(separator: "\n") + "\n", as: "vocab.txt")
        return try WordPieceTokenizer(directory: folder.path)
    }

    @Test func `pieces are joined to the words as they were typed`() throws {
        let tokenizer = try wordPieces()
        #expect(
            try words("  A Dog's, play\u{301}ing DOGS; in\tsnow", tokenizer) == [
                "A:1", "Dog's:3", ",:1", "play\u{301}ing:2", "DOGS:2", ";:1", "in:1", "snow:1",
            ])
        #expect(try words(" \n ", tokenizer).isEmpty)
        #expect(try words("a dogs playing", tokenizer, upTo: 2) == ["a:1", "dogs:1"], "what is not read is in no word")
        #expect(try words("a dogs playing", tokenizer, upTo: 3) == ["a:1", "dogs:2"])
    }

    @Test func `a literal that a tokenizer takes whole is one word`() throws {
        #expect(try words("a [MASK] dog", wordPieces()) == ["a:1", "[MASK]:1", "dog:1"])
    }

    /// The texts are those that tokenizers were recorded on: emoji, marks, blanks of every kind, typed special tokens.
    @Test(arguments: TokenizerConformanceTests.folders)
    func `words follow each other and share no token, whatever the text`(_ folder: String) throws {
        let texts: [String] = try TokenizerConformanceTests.json(
            (folder as NSString).deletingLastPathComponent + "/texts.json")
        let tokenizer = try TokenizerFolder.tokenizer(directory: folder)
        for text in texts {
            let words = try tokenizer.words(of: text)
            let (before, behind) = try tokenizer.specialCounts
            let count = try tokenizer.encode(text, maxTokens: .max).ids.count - before - behind
            for (word, next) in zip(words, words.dropFirst()) {
                #expect(word.range.upperBound <= next.range.lowerBound, "\(text.debugDescription)")
                #expect(word.tokens.upperBound == next.tokens.lowerBound, "\(text.debugDescription)")
            }
            #expect(words.allSatisfy { !$0.tokens.isEmpty && !$0.range.isEmpty && $0.tokens.upperBound <= count })
        }
        let plain = "Two dogs aren't playing in the snow"
        let words = try tokenizer.words(of: plain)
        // The recorded Gemmas have few merges, which were learnt across blanks: to them it is all one word.
        let typed = folder.contains("/gemma") ? [plain] : plain.split(separator: " ").map(String.init)
        #expect(words.map { String(plain[$0.range]) } == typed)
        let (before, behind) = try tokenizer.specialCounts
        let count = try tokenizer.encode(plain, maxTokens: .max).ids.count
        #expect(words.last?.tokens.upperBound == count - before - behind)
    }
}
