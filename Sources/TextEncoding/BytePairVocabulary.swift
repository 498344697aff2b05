import AsCLBase
import Foundation

/// A byte-level vocabulary and its merges as CLIP's tokenizer has them, learnt from texts: the most frequent pair of tokens
/// becomes a token, again and again (Sennrich, Haddow, Birch, ACL 2016). Equal texts give equal files.
package struct BytePairVocabulary: Sendable {
    /// Every byte's character, alone and at a word's end, what the merges make, and the start and the end of a text; a
    /// token's number is its place.
    package let tokens: [String]
    /// The earliest goes first.
    package let merges: [(first: String, second: String)]

    /// The number of the token before every text.
    package var start: Int { tokens.count - 2 }
    /// The number of the token behind every text.
    package var end: Int { tokens.count - 1 }

    private static let ending = "</w>"
    private static let (startName, endName) = ("<|startoftext|>", "<|endoftext|>")

    /// Learns from texts. Each merge costs a look at every different word.
    /// - Parameter mostMerges: Fewer are made where no pair of tokens is left that occurs twice.
    package init(learntFrom texts: [String], mostMerges: Int) {
        let characters = (0...UInt8.max).map { String(ByteAlphabet.scalar($0)) }
        var tokens = characters + characters.map { $0 + Self.ending }
        let numbers = Dictionary(uniqueKeysWithValues: tokens.enumerated().map { ($1, $0) })
        var words = Self.words(of: texts).map { word, count in
            let symbols = word.enumerated().map { place, scalar in
                numbers[String(scalar) + (place == word.count - 1 ? Self.ending : "")] ?? 0
            }
            return (symbols: symbols, count: count)
        }
        var merges: [(first: String, second: String)] = []
        while merges.count < mostMerges, let pair = Self.mostFrequentPair(of: words) {
            let (first, second) = (tokens[pair.first], tokens[pair.second])
            for index in words.indices { words[index].symbols.merge(pair, into: tokens.count) }
            // A new one always: what becomes a token does so by the same merges, whatever stands around it.
            tokens.append(first + second)
            merges.append((first, second))
        }
        self.tokens = tokens + [Self.startName, Self.endName]
        self.merges = merges
    }

    /// How often each word occurs, in the characters that stand for its bytes.
    private static func words(of texts: [String]) -> [[Unicode.Scalar]: Int] {
        var counts: [[Unicode.Scalar]: Int] = [:]
        for text in texts {
            for word in TextSplitter.clip(keepsSpecials: true)(TextNormalizer.clip(text)) {
                counts[Array(word), default: 0] += 1
            }
        }
        return counts
    }

    /// The pair that occurs most often, at least twice; of equals the one whose tokens are the earliest.
    private static func mostFrequentPair(of words: [(symbols: [Int], count: Int)]) -> TokenPair? {
        var counts: [TokenPair: Int] = [:]
        for (symbols, count) in words {
            for (first, second) in zip(symbols, symbols.dropFirst()) {
                counts[TokenPair(first: first, second: second), default: 0] += count
            }
        }
        let best = counts.max {
            ($0.value, $1.key.first, $1.key.second) < ($1.value, $0.key.first, $0.key.second)
        }
        return best.flatMap { $0.value > 1 ? $0.key : nil }
    }

    /// Writes `vocab.json`, `merges.txt`, `tokenizer_config.json` and `special_tokens_map.json` into a folder.
    /// - Parameter maxTokens: The most tokens of a text, special ones included.
    package func write(to directory: String, maxTokens: Int) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        func write(_ value: some Encodable, to name: String) throws {
            try AtomicFile.write(encoder.encode(value), to: "\(directory)/\(name)")
        }
        try write(Dictionary(uniqueKeysWithValues: tokens.enumerated().map { ($1, $0) }), to: "vocab.json")
        let lines = ["#version: 0.2"] + merges.map { "\($0.first) \($0.second)" }
        try AtomicFile.write(Data(lines.map { $0 + "\n" }.joined().utf8), to: directory + "/merges.txt")
        try write(SpecialTokenNames(), to: "special_tokens_map.json")
        try write(Configuration(model_max_length: maxTokens), to: "tokenizer_config.json")
    }

    /// Under the files' own keys.
    private struct SpecialTokenNames: Encodable {
        let bos_token = startName, eos_token = endName, unk_token = endName, pad_token = endName
    }

    private struct Configuration: Encodable {
        let tokenizer_class = "CLIPTokenizer"
        let bos_token = startName, eos_token = endName, unk_token = endName, pad_token = endName
        let model_max_length: Int
    }
}

/// Two tokens side by side.
private struct TokenPair: Hashable {
    let first, second: Int
}

extension [Int] {
    /// Puts one token in the place of a pair, wherever it stands, from the left.
    fileprivate mutating func merge(_ pair: TokenPair, into number: Int) {
        guard contains(pair.first) else { return }
        var merged: [Int] = []
        var index = 0
        while index < count {
            let isPair = self[index] == pair.first && index + 1 < count && self[index + 1] == pair.second
            merged.append(isPair ? number : self[index])
            index += isPair ? 2 : 1
        }
        self = merged
    }
}
