import Foundation
import RetrievalFixtures
import Testing

@testable import TextEncoding

struct BytePairVocabularyTests {
    @Test func `the most frequent pair is merged first, and of equals the earliest`() throws {
        let words = Array(repeating: "aab", count: 3) + Array(repeating: "ab", count: 2) + ["cd", "cd"]
        let vocabulary = BytePairVocabulary(learntFrom: [words.joined(separator: " ")], mostMerges: 10)
        // a b</w> stands 5 times, then a ab</w> 3 times, then c d</w> twice; nothing else is left twice.
        #expect(vocabulary.merges.map { "\($0.first) \($0.second)" } == ["a b</w>", "a ab</w>", "c d</w>"])
        #expect(vocabulary.tokens.count == 512 + 3 + 2)
        #expect(
            Array(vocabulary.tokens[512...]) == ["ab</w>", "aab</w>", "cd</w>", "<|startoftext|>", "<|endoftext|>"])
        let equals = BytePairVocabulary(
            learntFrom: Array(repeating: "fe da dc hg ba jl", count: 2), mostMerges: 5)
        #expect(
            equals.merges.map { "\($0.first) \($0.second)" } == [
                "b a</w>", "d a</w>", "d c</w>", "f e</w>", "h g</w>",
            ])
    }

    @Test func `the tokenizer reads what was learnt, and every text is told by its tokens`() throws {
        let scratch = try ScratchFolder()
        let texts = [
            "A small red circle, and a large blue star", "there is a red star next to a blue circle", "it's 10 o'clock",
            "ein kleiner Kreis über dem Stern", "日本 日本",
        ]
        let vocabulary = BytePairVocabulary(learntFrom: texts, mostMerges: 300)
        try vocabulary.write(to: scratch.path, maxTokens: 77)
        let tokenizer = try TokenizerFolder.tokenizer(directory: scratch.path)
        #expect(tokenizer.vocabularySize == vocabulary.tokens.count)
        #expect(tokenizer.padding == Int32(vocabulary.end))
        for text in texts + ["never seen: ∆ & Ωmega!"] {
            let ids = try tokenizer.encode(text, maxTokens: 77).ids
            #expect(ids.first == Int32(vocabulary.start) && ids.last == Int32(vocabulary.end))
            #expect(Self.text(ids.dropFirst().dropLast(), vocabulary) == Self.bare(text))
        }
        // Words that stand there twice are one token each.
        #expect(try tokenizer.encode("a blue star", maxTokens: 77).ids.count == 5)
    }

    @Test func `equal texts give equal files`() throws {
        let (first, second) = (try ScratchFolder(), try ScratchFolder())
        let texts = ["some words here", "and some more words there", "over the hills"]
        for scratch in [first, second] {
            try BytePairVocabulary(learntFrom: texts, mostMerges: 100).write(to: scratch.path, maxTokens: 20)
        }
        #expect(
            try first.names == ["merges.txt", "special_tokens_map.json", "tokenizer_config.json", "vocab.json"])
        for name in try first.names { #expect(try first.data(name) == second.data(name), "\(name)") }
    }

    /// The text that tokens stand for, without its blanks.
    private static func text(_ ids: some Sequence<Int32>, _ vocabulary: BytePairVocabulary) -> String {
        let bytes = Dictionary(uniqueKeysWithValues: (0...UInt8.max).map { (ByteAlphabet.scalar($0), $0) })
        let scalars = ids.flatMap { vocabulary.tokens[Int($0)].replacing("</w>", with: "").unicodeScalars }
        return String(decoding: scalars.compactMap { bytes[$0] }, as: UTF8.self)
    }

    private static func bare(_ text: String) -> String { text.lowercased().replacing(" ", with: "") }
}
