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
        let starts = texts.offsets
        let width = texts.rows.shape[1]
        var rows = texts.rows
        for kind in Kind.allCases where kind != .shuffle {
            let chosen = kinds.indices.filter { kinds[$0] == kind && !special.words(of: texts.lengths[$0]).isEmpty }
            guard !chosen.isEmpty else { continue }
            let spans = chosen.map { text in
                let span = special.words(of: texts.lengths[text])
                return starts[text] + span.lowerBound..<starts[text] + span.upperBound
            }
            let indices = spans.flatMap { $0 }
            let places = try Tensor(indices, shape: [indices.count]).to(device: rows.device)
            let clean = try rows.indexSelect(places)
            let lengths = spans.map(\.count)
            let noisy =
                switch kind {
                case .gaussian: try gaussian(clean, lengths, strength.gaussianScale, &generator)
                case .dropout: try dropout(clean, strength.dropout, &generator)
                case .tokenCutoff: try tokenCutoff(clean, lengths, strength.cutoffRate, &generator)
                case .featureCutoff: try featureCutoff(clean, lengths, width, strength.cutoffRate, &generator)
                case .shuffle: clean
                }
            rows = try rows.replacing(places, with: noisy)
        }
        return try texts.replacingRows(rows)
    }

    /// How many of `count` a cutoff takes: a share of `rate`, at least one.
    package static func cutoffCount(_ count: Int, rate: Double) -> Int {
        min(count, max(1, Int((Double(count) * rate).rounded())))
    }

    private static func gaussian(
        _ clean: Tensor, _ lengths: [Int], _ scale: Double, _ generator: inout SeededGenerator
    ) throws(TorchError) -> Tensor {
        let texts = try TextBatch(rows: clean.detached() * clean.detached(), lengths: lengths)
        let rms = try texts.means().mean(1, keepingDimensions: true).sqrt()
        let textOfRow = lengths.enumerated().flatMap { [Int](repeating: $0, count: $1) }
        let deviation =
            try rms.indexSelect(Tensor(textOfRow, shape: [textOfRow.count]).to(device: clean.device)) * scale
        let source = try Generator(seed: generator.next())
        let noise = try Tensor.normal(clean.shape, generator: source).to(clean.dtype).to(device: clean.device)
        return try clean + noise * deviation
    }

    private static func dropout(
        _ clean: Tensor, _ probability: Double, _ generator: inout SeededGenerator
    ) throws(TorchError) -> Tensor {
        let source = try Generator(seed: generator.next())
        let dropped = try Tensor.uniform(clean.shape, 0, 1, generator: source).less(than: probability)
        return try clean.filled(where: dropped.to(device: clean.device), with: 0) / (1 - probability)
    }

    private static func tokenCutoff(
        _ clean: Tensor, _ lengths: [Int], _ rate: Double, _ generator: inout SeededGenerator
    ) throws(TorchError) -> Tensor {
        var cut = [Bool](repeating: false, count: clean.shape[0])
        var start = 0
        for length in lengths {
            var places = Array(start..<start + length)
            generator.shuffle(&places)
            for place in places.prefix(cutoffCount(length, rate: rate)) { cut[place] = true }
            start += length
        }
        return try clean.filled(where: Tensor(cut, shape: [cut.count, 1]).to(device: clean.device), with: 0)
    }

    private static func featureCutoff(
        _ clean: Tensor, _ lengths: [Int], _ width: Int, _ rate: Double, _ generator: inout SeededGenerator
    ) throws(TorchError) -> Tensor {
        var cut = [Bool](repeating: false, count: lengths.count * width)
        for text in lengths.indices {
            var features = Array(0..<width)
            generator.shuffle(&features)
            for feature in features.prefix(cutoffCount(width, rate: rate)) { cut[text * width + feature] = true }
        }
        let textOfRow = lengths.enumerated().flatMap { [Int](repeating: $0, count: $1) }
        let mask = try Tensor(cut, shape: [lengths.count, width])
            .indexSelect(Tensor(textOfRow, shape: [textOfRow.count]))
        return try clean.filled(where: mask.to(device: clean.device), with: 0)
    }
}
