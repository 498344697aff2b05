package import RetrievalData
package import RetrievalModels
package import TextEncoding
import Torch

/// Ranks a split's images and captions for each other (docs/method.md, Evaluation), in blocks: the score matrix is
/// never whole in memory, and every score comes from its pair alone.
package struct Evaluator {
    /// The images and captions.
    package let split: RetrievalSplit
    /// Who belongs to whom.
    package let truth: GroundTruth
    /// Captions that were cut to the model's `max_tokens`.
    package let cutCaptions: Int
    let precision: Precision
    /// Images x captions scored at once; nil leaves the choice to memory.
    var block: (images: Int, captions: Int)?
    private let tokens: [[Int32]]
    /// Kept because a frozen encoder gives the same every time.
    private let encoded: EncodedCaptions?

    /// Prepares a split: tokenises its captions and, when the text encoder is frozen, encodes them.
    /// - Parameters:
    ///   - wordsFile: Where word vectors stay to be used again; without it they go when this value goes.
    ///   - progress: Called with the captions encoded so far and their number.
    package init(
        _ model: RetrievalModel, _ split: RetrievalSplit, in precision: Precision = .fp32, encoderIsFrozen: Bool = true,
        wordsFile: String? = nil, progress: (Int, Int) -> Void = { _, _ in }
    ) throws {
        let texts = try model.tokenize(split.captions)
        self.split = split
        self.precision = precision
        tokens = texts.map(\.ids)
        cutCaptions = texts.count { $0.wasCut }
        truth = try GroundTruth(imageOfCaption: split.imageOfCaption, imageCount: split.imageCount)
        encoded = encoderIsFrozen ? try EncodedCaptions(model, tokens, in: wordsFile, progress: progress) : nil
    }

    /// Scores every pair and hands over block after block, those with right pairs first.
    /// - Parameters:
    ///   - done: Blocks that are left out.
    ///   - onBlock: Gets S of the block, row-major `[block.images, block.captions]`.
    package func score(
        _ model: RetrievalModel, without done: Set<ScoreBlock> = [], onBlock: (ScoreBlock, [Float]) throws -> Void
    ) throws {
        try withoutGradients { try score(model, model.scorer, without: done, onBlock) }
    }

    private func score<Scorer: PairScorer>(
        _ model: RetrievalModel, _ scorer: Scorer, without done: Set<ScoreBlock>,
        _ onBlock: (ScoreBlock, [Float]) throws -> Void
    ) throws {
        let encoded = try encoded ?? EncodedCaptions(model, tokens)
        let size = block ?? blockSize(model)
        var images: (range: Range<Int>, prepared: Scorer.Images)?
        for block in truth.blocks(images: size.images, captions: size.captions) where !done.contains(block) {
            let scores = try model.computing(in: precision) {
                let prepared: Scorer.Images
                if let images, images.range == block.images {
                    prepared = images.prepared
                } else {
                    images = nil
                    prepared = try scorable(model, scorer, block.images)
                    images = (block.images, prepared)
                }
                let texts = try scorer.scorable(encoded.texts(block.captions, on: model.device), in: precision)
                return try scorer.similarity(prepared, texts).to(.float32)
            }
            try onBlock(block, scores.array())
        }
    }

    /// Ranks of every query both ways.
    /// - Parameters:
    ///   - accumulator: What an earlier evaluation of the same has come to, to go on from.
    ///   - progress: Called with the pairs scored so far and their number.
    ///   - onBlock: Sees every block of scores, to keep them, and what the ranks have come to.
    package func ranks(
        _ model: RetrievalModel, continuing accumulator: RankAccumulator? = nil,
        progress: (Int, Int) -> Void = { _, _ in },
        onBlock: (ScoreBlock, [Float], RankAccumulator) throws -> Void = { _, _, _ in }
    ) throws -> RetrievalRanks {
        var accumulator = accumulator ?? RankAccumulator(truth: truth)
        let total = truth.imageCount * truth.captionCount
        var done = accumulator.count
        try score(model, without: Set(accumulator.blocks)) { block, scores in
            try accumulator.add(scores, block: block)
            try onBlock(block, scores, accumulator)
            done += block.count
            progress(done, total)
        }
        return try accumulator.ranks()
    }

    /// Raw words of all captions, so many captions at a time.
    package func forEachTexts(_ model: RetrievalModel, by size: Int, _ body: (TextBatch) throws -> Void) throws {
        let encoded = try encoded ?? EncodedCaptions(model, tokens)
        for start in stride(from: 0, to: tokens.count, by: size) {
            try body(encoded.texts(start..<min(start + size, tokens.count), on: model.device))
        }
    }

    /// Raw words of some captions.
    package func texts(_ captions: Range<Int>, of model: RetrievalModel) throws -> TextBatch {
        try (encoded ?? EncodedCaptions(model, tokens)).texts(captions, on: model.device)
    }

    /// Made in pieces, for making an item scorable needs more memory than the result.
    private func scorable<Scorer: PairScorer>(
        _ model: RetrievalModel, _ scorer: Scorer, _ images: Range<Int>
    ) throws -> Scorer.Images {
        var pieces: [Scorer.Images] = []
        for start in stride(from: images.lowerBound, to: images.upperBound, by: 32) {
            let piece = start..<min(start + 32, images.upperBound)
            pieces.append(try scorer.scorable(model.images(split, Array(piece)), in: precision))
        }
        return try Scorer.joined(pieces)
    }

    private func blockSize(_ model: RetrievalModel) -> (images: Int, captions: Int) {
        let words = tokens.reduce(0) { $0 + $1.count } / max(tokens.count, 1)
        let size = model.scorer.blockSize(
            images: truth.imageCount, texts: truth.captionCount, regions: split.regionCount, words: words + 1,
            on: model.device, in: precision)
        return (size.images, size.texts)
    }
}
