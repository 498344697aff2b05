package import AsCLBase
import RetrievalData
package import TextEncoding
package import Torch

/// Asymmetry-I (docs/method.md, Generated samples): noise that turns a caption into a negative. Special tokens and
/// padding are never touched: noise acts on the words between them.
package enum AsymmetryNoise {
    /// What is done to one caption.
    package enum Kind: String, Sendable, CaseIterable {
        /// Adds normal values with deviation `gaussianScale` times the RMS of the caption's clean ones.
        case gaussian
        /// Reorders the words. No score depends on the order of words after the text encoder, so this acts on the
        /// encoder's input whatever the level of the others.
        case shuffle
        /// Zeroes whole words, a share of `cutoffRate`, at least one.
        case tokenCutoff
        /// Zeroes the same features of all words, a share of `cutoffRate`, at least one.
        case featureCutoff
        /// Zeroes each value with probability `dropout` and scales the others up.
        case dropout
    }

    /// How strong each kind is.
    package struct Strength: Sendable, Equatable {
        let gaussianScale, dropout, cutoffRate: Double

        /// The method's values by default.
        package init(gaussianScale: Double = 1, dropout: Double = 0.5, cutoffRate: Double = 0.2) {
            self.gaussianScale = gaussianScale
            self.dropout = dropout
            self.cutoffRate = cutoffRate
        }
    }

    /// The tokens with the words in another order, drawn at random.
    package static func shuffled(
        _ tokens: [Int32], sparing special: SpecialTokenCounts = .oneEachSide, _ generator: inout SeededGenerator
    ) -> [Int32] {
        let range = special.words(of: tokens.count)
        var moved = Array(tokens[range])
        generator.shuffle(&moved)
        return tokens[..<range.lowerBound] + moved + tokens[range.upperBound...]
    }

    /// Noise on packed vectors, at whichever level they are.
    /// - Parameters:
    ///   - texts: Word vectors, `[words, width]`.
    ///   - kinds: One a text; `.shuffle` leaves its text as it is, since it acts on tokens.
    ///   - special: What it does not touch.
    ///   - generator: What all chance comes from; consumed in the order of the texts.
    package static func apply(
        _ kinds: [Kind], strength: Strength, to texts: TextBatch, sparing special: SpecialTokenCounts = .oneEachSide,
        _ generator: inout SeededGenerator
    ) throws(TorchError) -> TextBatch {
        let all = Texts(lengths: texts.lengths, present: Array(texts.lengths.indices))
        return try apply(kinds, strength: strength, to: texts, of: all, sparing: special, &generator)
    }

    /// Texts that chance is drawn for, of which some are here: those of several processes that compute one batch.
    package struct Texts: Sendable {
        /// Words of each text, special tokens included.
        package let lengths: [Int]
        /// The numbers of those that are here.
        package let present: [Int]

        package init(lengths: [Int], present: [Int]) { (self.lengths, self.present) = (lengths, present) }
    }

    /// The same on some of the texts, which get the noise that they would get among all.
    /// - Parameters:
    ///   - kinds: One for each of all texts.
    ///   - texts: Those that are here.
    package static func apply(
        _ kinds: [Kind], strength: Strength, to texts: TextBatch, of all: Texts,
        sparing special: SpecialTokenCounts = .oneEachSide, _ generator: inout SeededGenerator
    ) throws(TorchError) -> TextBatch {
        let starts = texts.offsets
        let width = texts.rows.shape[1]
        let places = Dictionary(uniqueKeysWithValues: zip(all.present, starts))
        var rows = texts.rows
        for kind in Kind.allCases where kind != .shuffle {
            let chosen = kinds.indices.filter { kinds[$0] == kind && !special.words(of: all.lengths[$0]).isEmpty }
            guard !chosen.isEmpty else { continue }
            let words = chosen.map { special.words(of: all.lengths[$0]) }
            let draw = Draw(kind, words.map(\.count), width: width, strength, &generator)
            let present = chosen.indices.filter { places[chosen[$0]] != nil }
            guard !present.isEmpty else { continue }
            let indices = present.flatMap { text in
                words[text].map { (places[chosen[text]] ?? 0) + $0 }
            }
            let row = try Tensor(indices, shape: [indices.count]).to(device: rows.device)
            rows = try rows.replacing(row, with: draw.noisy(rows.indexSelect(row), present))
        }
        return try texts.replacingRows(rows)
    }

    /// How many of `count` a cutoff takes: a share of `rate`, at least one.
    package static func cutoffCount(_ count: Int, rate: Double) -> Int {
        min(count, max(1, Int((Double(count) * rate).rounded())))
    }
}
