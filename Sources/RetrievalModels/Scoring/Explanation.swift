/// Which words of a sentence met which regions of a picture, and how well, by the attention that made the pair's score
/// (docs/method.md, Explanations).
public struct Explanation: Sendable, Equatable {
    /// A word of the sentence, or a mark between words.
    public struct Word: Sendable, Equatable {
        /// Where it stands in the sentence as it was typed.
        public let range: Range<String.Index>
        /// What stands there.
        public let text: String
        /// How well it matches what it looked at in the picture: the cosine R(w_j, v*_j), the mean over its tokens.
        public let match: Float
        /// How many tokens it has for the model.
        public let tokenCount: Int
        /// Where it looked: its attention to each region, which add up to 1.
        public let attention: [Float]
        /// What each region adds to its match, which is their sum.
        public let shares: [Float]

        /// Whether it is a word and not a mark.
        public var isWord: Bool { text.contains { $0.isLetter || $0.isNumber } }

        /// Whether it is a word that says what is in a picture, as far as English goes: not `the`, `of` or `is`.
        public var isTelling: Bool { isWord && !FunctionWords.english.contains(text.lowercased()) }

        /// Whether it is a word that found nothing: what it looked at points away from it. Of nouns that a caption does not
        /// share with its picture some are below zero, of right ones few (docs/method.md has the figures).
        public var foundNothing: Bool { isWord && match <= 0 }

        /// How strongly a region is to be shown as what the word found: 1 where the share is the greatest, 0 where it is no
        /// more than the regions' mean.
        public var strengths: [Float] {
            let mean = shares.reduce(0, +) / Float(Swift.max(shares.count, 1))
            let most = (shares.max() ?? mean) - mean
            return shares.map { most > 0 ? Swift.max(0, $0 - mean) / most : 0 }
        }
    }

    /// A region of the picture.
    public struct Region: Sendable, Equatable, Encodable {
        /// Left, top, right and bottom as fractions of the picture's width and height, where that is known.
        public let box: [Float]?
        /// How well it matches what it looked at in the sentence: the cosine R(v_i, w*_i).
        public let match: Float
        /// Where it looked: its attention to each word. What is missing to 1 went to special tokens.
        public let attention: [Float]
    }

    /// The sentence as it was typed.
    public let sentence: String
    /// The pair's score.
    public let score: Float
    /// The means of all matches, S_local, and the cosine of the pair's global vectors, S_global.
    public let local, global: Float
    /// What the model read of the sentence, in its order.
    public let words: [Word]
    /// The mean match of the special tokens around the sentence, and how many they are.
    public let specialMatch: Float, specialCount: Int
    /// The regions, in their order in the features.
    public let regions: [Region]
}
