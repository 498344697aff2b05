import AsCLBase
import RetrievalData
import RetrievalModels
import TextEncoding
import Torch

/// The samples that training makes of a batch's captions (docs/method.md, Generated samples): positives by joining or
/// shortening, negatives by noise.
struct GeneratedSamples {
    let configuration: TrainingConfiguration.Samples
    let split: RetrievalSplit
    /// Tokens of the split's captions.
    let tokens: [[Int32]]
    /// Where their words, and those of what is made of them, come from.
    let words: WordSource

    /// Tokens of T+, a long or short positive of each caption.
    func positives(_ batch: [Int], _ generator: inout SeededGenerator) throws -> [[Int32]] {
        var texts: [String] = []
        for caption in batch { texts.append(positive(caption, &generator)) }
        return try words.model.tokenize(texts).map(\.ids)
    }

    /// Of all long positives there can be, those of more than `limit` tokens. Joined captions share their special tokens.
    func longPositives(beyond limit: Int) -> (cut: Int, all: Int) {
        split.captionsOfImage.reduce(into: (0, 0)) { sum, captions in
            let lengths = captions.map { tokens[$0].count }
            for (first, length) in lengths.enumerated() {
                sum.0 += 2 * lengths[(first + 1)...].count { $0 + length - 2 > limit }
            }
            sum.1 += lengths.count * (lengths.count - 1)
        }
    }

    private func positive(_ caption: Int, _ generator: inout SeededGenerator) -> String {
        let own = split.captionsOfImage[split.imageOfCaption[caption]].map { split.captions[$0] }
        return switch configuration.positives {
        case .both: CaptionVariants.positive(forCaption: caption, in: split, using: &generator)
        case .long: CaptionVariants.longPositive(captions: own, using: &generator)
        case .short: CaptionVariants.shortPositive(split.captions[caption])
        }
    }

    /// Projected words of T-, noise on each text.
    /// - Parameters:
    ///   - tokens: Of each text of the batch: chance is drawn for all of them.
    ///   - own: The texts whose words are wanted.
    ///   - clean: Their projected words.
    func negatives(
        _ tokens: [[Int32]], _ own: Range<Int>, clean: TextBatch, _ generator: inout SeededGenerator
    ) throws -> TextBatch {
        var kinds: [AsymmetryNoise.Kind] = []
        for _ in tokens { kinds.append(kind(&generator)) }
        var input = tokens
        let special = words.model.textEncoder.network.specialTokens
        for text in kinds.indices where kinds[text] == .shuffle {
            input[text] = AsymmetryNoise.shuffled(tokens[text], sparing: special, &generator)
        }
        let scorer = words.model.scorer
        switch configuration.level {
        case .embeddings:
            let noisy =
                try words.encoderIsTrained
                ? noisyWords(input, own, kinds, &generator)
                : withoutGradients { try noisyWords(input, own, kinds, &generator) }
            return try scorer.project(noisy)
        case .words:
            var texts = clean
            let shuffled = own.filter { kinds[$0] == .shuffle }
            if !shuffled.isEmpty {
                let reordered = try scorer.project(words.words(of: shuffled.map { input[$0] }))
                var places = Array(0..<own.count)
                for (place, text) in shuffled.enumerated() { places[text - own.lowerBound] = own.count + place }
                texts = try TextBatch.joined([clean, reordered]).selecting(places)
            }
            let all = AsymmetryNoise.Texts(lengths: tokens.map(\.count), present: Array(own))
            return try AsymmetryNoise.apply(
                kinds, strength: strength, to: texts, of: all, sparing: special, &generator)
        }
    }

    private var strength: AsymmetryNoise.Strength {
        AsymmetryNoise.Strength(
            gaussianScale: configuration.gaussianScale, dropout: configuration.dropout,
            cutoffRate: configuration.cutoffRate)
    }

    /// Raw word vectors of the texts `own`, noise on the text encoder's input embeddings: embed, noise, encode, group by
    /// group of all texts.
    private func noisyWords(
        _ tokens: [[Int32]], _ own: Range<Int>, _ kinds: [AsymmetryNoise.Kind], _ generator: inout SeededGenerator
    ) throws -> TextBatch {
        let encoder = words.model.textEncoder
        var parts: [TextBatch] = []
        var order: [Int] = []
        for group in encoder.groups(tokens).places {
            let present = group.indices.filter { own.contains(group[$0]) }
            let clean = try encoder.embed(present.map { tokens[group[$0]] })
            let all = AsymmetryNoise.Texts(lengths: group.map { tokens[$0].count }, present: present)
            let noisy = try AsymmetryNoise.apply(
                group.map { kinds[$0] }, strength: strength, to: clean, of: all,
                sparing: encoder.network.specialTokens, &generator)
            guard !present.isEmpty else { continue }
            parts.append(try encoder.encode(embedded: noisy, training: words.encoderIsTrained))
            order += present.map { group[$0] - own.lowerBound }
        }
        return try TextBatch.joined(parts).selecting(order.inverted)
    }

    private func kind(_ generator: inout SeededGenerator) -> AsymmetryNoise.Kind {
        switch configuration.noise {
        case .gaussian: .gaussian
        case .dropout: .dropout
        case .shuffle: .shuffle
        case .cutoff: cutoff(&generator)
        case .mixture:
            switch generator.below(4) {
            case 0: .gaussian
            case 1: .dropout
            case 2: .shuffle
            default: cutoff(&generator)
            }
        }
    }

    private func cutoff(_ generator: inout SeededGenerator) -> AsymmetryNoise.Kind {
        generator.below(2) == 0 ? .tokenCutoff : .featureCutoff
    }
}
