public import AsCLModel
public import RetrievalData
public import RetrievalMetrics
import TextEncoding
import Torch

/// Ranks a split's images and captions for each other (spec section 7), in blocks: the score matrix is never whole in
/// memory, and every score comes from its pair alone.
public struct Evaluator {
    /// The images and captions.
    public let split: RetrievalSplit
    /// Who belongs to whom.
    public let truth: GroundTruth
    /// Captions that were cut to the model's `max_tokens`.
    public let cutCaptions: Int
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
    public init(
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
    public func score(
        _ model: RetrievalModel, without done: Set<ScoreBlock> = [], onBlock: (ScoreBlock, [Float]) throws -> Void
    ) throws {
        try withoutGradients {
            let encoded = try encoded ?? EncodedCaptions(model, tokens)
            let size = block ?? blockSize(model)
            var images: (range: Range<Int>, prepared: ScorableImages)?
            for block in truth.blocks(images: size.images, captions: size.captions) where !done.contains(block) {
                let scores = try model.computing(in: precision) {
                    let prepared: ScorableImages
                    if let images, images.range == block.images {
                        prepared = images.prepared
                    } else {
                        images = nil
                        prepared = try scorable(model, block.images)
                        images = (block.images, prepared)
                    }
                    let texts = try encoded.texts(block.captions, on: model.device)
                    return try model.ascl.similarity(prepared, model.ascl.scorable(texts, in: precision)).to(.float32)
                }
                try onBlock(block, scores.array())
            }
        }
    }

    /// Ranks of every query both ways.
    /// - Parameters:
    ///   - accumulator: What an earlier evaluation of the same has come to, to go on from.
    ///   - progress: Called with the pairs scored so far and their number.
    ///   - onBlock: Sees every block of scores, to keep them, and what the ranks have come to.
    public func ranks(
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

    /// Made in pieces, for making an item scorable needs more memory than the result.
    private func scorable(_ model: RetrievalModel, _ images: Range<Int>) throws -> ScorableImages {
        var pieces: [ScorableImages] = []
        for start in stride(from: images.lowerBound, to: images.upperBound, by: 32) {
            let piece = start..<min(start + 32, images.upperBound)
            pieces.append(try model.ascl.scorable(model.images(split, Array(piece)), in: precision))
        }
        return try .joined(pieces)
    }

    /// Images x captions scored at once. Large blocks of images make captions scorable fewer times; as large as memory
    /// allows, and not so large that a block takes more than some seconds. Operators keep what the kernel does not.
    private func blockSize(_ model: RetrievalModel) -> (images: Int, captions: Int) {
        guard model.ascl.isFused(on: model.device, in: precision) else {
            return model.device == .cpu ? (128, 640) : (512, 2560)
        }
        let imageBytes = model.ascl.scorableBytes(rows: split.regionCount, in: precision)
        let words = tokens.reduce(0) { $0 + $1.count } / max(tokens.count, 1)
        // Of captions the tables count, which are in float32 while they are made.
        let captionBytes = model.ascl.scorableBytes(rows: words + 1, in: .fp32)
        func even(_ count: Int, _ bytes: Int, budget: Int, most: Int) -> Int {
            let fitting = min(max(budget / bytes, 16), most)
            let blocks = (count + fitting - 1) / fitting
            return (count + blocks - 1) / max(blocks, 1)
        }
        return (
            even(truth.imageCount, imageBytes, budget: 2_500 << 20, most: 4096),
            even(truth.captionCount, captionBytes, budget: 192 << 20, most: 1024)
        )
    }
}
