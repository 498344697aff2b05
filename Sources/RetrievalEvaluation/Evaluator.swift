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
    private let tokens: [[Int32]]
    /// Raw word vectors of all captions, kept because a frozen encoder gives the same every time.
    private let encoded: TextBatch?

    /// Prepares a split: tokenises its captions and, when the text encoder is frozen, encodes them.
    /// - Parameter progress: Called with the captions encoded so far and their number.
    public init(
        _ model: RetrievalModel, _ split: RetrievalSplit, encoderIsFrozen: Bool = true,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws {
        let texts = try model.tokenize(split.captions)
        self.split = split
        tokens = texts.map(\.ids)
        cutCaptions = texts.count { $0.wasCut }
        truth = try GroundTruth(imageOfCaption: split.imageOfCaption, imageCount: split.imageCount)
        encoded = encoderIsFrozen ? try model.encode(tokens) { progress($0, texts.count) } : nil
    }

    /// Images x captions scored at once: as few passes over the tables as their memory allows.
    private static let block = (images: 128, captions: 640)

    /// Scores every pair and hands over block after block, those with right pairs first.
    /// - Parameter onBlock: Gets S of the block, row-major `[block.images, block.captions]`.
    public func score(
        _ model: RetrievalModel, onBlock: (ScoreBlock, [Float]) throws -> Void
    ) throws {
        try withoutGradients {
            let projected = try model.ascl.project(encoded ?? model.encode(tokens))
            var images: (range: Range<Int>, prepared: ScorableImages)?
            for block in truth.blocks(images: Self.block.images, captions: Self.block.captions) {
                let prepared: ScorableImages
                if let images, images.range == block.images {
                    prepared = images.prepared
                } else {
                    prepared = try model.ascl.scorable(model.images(split, Array(block.images)))
                    images = (block.images, prepared)
                }
                let texts = try model.ascl.scorable(projected: projected.selecting(Array(block.captions)))
                let scores = try model.ascl.similarity(prepared, texts).to(.float32)
                try onBlock(block, scores.array())
            }
        }
    }

    /// Ranks of every query both ways.
    /// - Parameters:
    ///   - progress: Called with the pairs scored so far and their number.
    ///   - onBlock: Sees every block of scores, to keep them.
    public func ranks(
        _ model: RetrievalModel, progress: (Int, Int) -> Void = { _, _ in },
        onBlock: (ScoreBlock, [Float]) throws -> Void = { _, _ in }
    ) throws -> RetrievalRanks {
        var accumulator = RankAccumulator(truth: truth)
        var done = 0
        try score(model) { block, scores in
            try accumulator.add(scores, block: block)
            try onBlock(block, scores)
            done += block.count
            progress(done, truth.imageCount * truth.captionCount)
        }
        return try accumulator.ranks()
    }
}
