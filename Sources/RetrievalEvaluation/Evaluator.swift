package import RetrievalData
package import RetrievalModels
package import TextEncoding
package import Torch

/// Ranks a split's images and captions for each other (docs/method.md, Evaluation), in blocks: the score matrix is
/// never whole in memory, and every score comes from its pair alone.
package struct Evaluator {
    /// Whose scores rank.
    package let model: RetrievalModel
    /// The images and captions.
    package let split: RetrievalSplit
    /// Who belongs to whom.
    package let truth: GroundTruth
    /// Captions that were cut to what the model reads.
    let cutCaptions: Int
    /// The arithmetic of its scores.
    package let precision: Precision
    /// Images x captions scored at once; nil leaves the choice to memory.
    var block: (images: Int, captions: Int)?
    let tokens: [[Int32]]
    /// Kept because a frozen encoder gives the same every time.
    private let kept: WordSource?
    /// Processes that share the work: each scores its own blocks, and all see all.
    private let group: ProcessGroup?

    /// Prepares a split: tokenises its captions and, when the text encoder is frozen, encodes them.
    /// - Parameters:
    ///   - wordsFile: Where word vectors stay to be used again; without it they go when this value goes.
    ///   - group: Processes that share the work; all of them call the same.
    ///   - progress: Called with the captions encoded so far and their number.
    package init(
        _ model: RetrievalModel, _ split: RetrievalSplit, in precision: Precision = .fp32, encoderIsFrozen: Bool = true,
        wordsFile: String? = nil, sharedBy group: ProcessGroup? = nil, progress: (Int, Int) -> Void = { _, _ in }
    ) throws {
        let texts = try model.tokenize(split.captions)
        self.model = model
        self.split = split
        self.precision = precision
        self.group = group
        tokens = texts.map(\.ids)
        cutCaptions = texts.count { $0.wasCut }
        truth = try GroundTruth(imageOfCaption: split.imageOfCaption, imageCount: split.imageCount)
        kept =
            encoderIsFrozen
            ? try WordSource(model, keeping: tokens, in: wordsFile, sharedBy: group, progress: progress) : nil
    }

    /// What has to be told of captions that are cut, a line each.
    /// - Parameter captions: What they are called.
    package func notices(_ captions: String) -> [String] { model.notices(cut: cutCaptions, of: tokens.count, captions) }

    /// Scores every pair and hands over block after block, those with right pairs first.
    /// - Parameters:
    ///   - stretch: The images whose pairs are scored; nil for all.
    ///   - done: Blocks that are left out.
    ///   - onBlock: Gets S of the block, row-major `[block.images, block.captions]`.
    package func score(
        of stretch: Range<Int>? = nil, without done: Set<ScoreBlock> = [],
        onBlock: (ScoreBlock, [Float]) throws -> Void
    ) throws {
        try withoutGradients { try score(model.scorer, of: stretch, without: done, onBlock) }
    }

    private func score<Scorer: PairScorer>(
        _ scorer: Scorer, of stretch: Range<Int>?, without done: Set<ScoreBlock>,
        _ onBlock: (ScoreBlock, [Float]) throws -> Void
    ) throws {
        let words = try words()
        let size = block ?? blockSize()
        var images: (range: Range<Int>, prepared: Scorer.Images)?
        let blocks = truth.blocks(images: size.images, captions: size.captions, of: stretch)
            .filter { !done.contains($0) }
        func scores(_ block: ScoreBlock) throws -> [Float] {
            try model.computing(in: precision) {
                let prepared: Scorer.Images
                if let images, images.range == block.images {
                    prepared = images.prepared
                } else {
                    images = nil
                    prepared = try scorable(scorer, block.images)
                    images = (block.images, prepared)
                }
                let texts = try scorer.scorable(words.words(of: Array(tokens[block.captions])), in: precision)
                return try scorer.similarity(prepared, texts).to(.float32)
            }.array()
        }
        for first in stride(from: 0, to: blocks.count, by: group?.size ?? 1) {
            let round = Array(blocks[first..<min(first + (group?.size ?? 1), blocks.count)])
            for (block, scores) in try zip(round, shared(round, scores)) { try onBlock(block, scores) }
        }
    }

    /// The scores of blocks, one for each process.
    private func shared(
        _ blocks: [ScoreBlock], _ scores: (ScoreBlock) throws -> [Float]
    ) throws -> [[Float]] {
        guard let group else { return try blocks.map(scores) }
        let own = group.rank < blocks.count ? try scores(blocks[group.rank]) : []
        let counts = blocks.map(\.count) + Array(repeating: 0, count: group.size - blocks.count)
        let all = try group.gathered(rows: Tensor(own, shape: [own.count]), of: counts)
        return try all.split(Array(counts.prefix(blocks.count))).map { try $0.array() }
    }

    /// Ranks of every query both ways.
    /// - Parameters:
    ///   - accumulator: What an earlier evaluation of the same has come to, to go on from.
    ///   - progress: Called with the pairs scored so far and their number.
    ///   - onBlock: Sees every block of scores, to keep them, and what the ranks have come to.
    package func ranks(
        continuing accumulator: RankAccumulator? = nil, progress: (Int, Int) -> Void = { _, _ in },
        onBlock: (ScoreBlock, [Float], RankAccumulator) throws -> Void = { _, _, _ in }
    ) throws -> RetrievalRanks {
        var accumulator = accumulator ?? RankAccumulator(truth: truth)
        let total = truth.imageCount * truth.captionCount
        var done = accumulator.count
        try score(without: Set(accumulator.blocks)) { block, scores in
            try accumulator.add(scores, block: block)
            try onBlock(block, scores, accumulator)
            done += block.count
            progress(done, total)
        }
        return try accumulator.ranks()
    }

    /// Raw words of all captions, so many captions at a time.
    package func forEachTexts(by size: Int, _ body: (TextBatch) throws -> Void) throws {
        let words = try words()
        for start in stride(from: 0, to: tokens.count, by: size) {
            try body(words.words(of: Array(tokens[start..<min(start + size, tokens.count)])))
        }
    }

    /// Raw words of some captions.
    package func texts(_ captions: Range<Int>) throws -> TextBatch {
        let texts = Array(tokens[captions])
        return try kept?.words(of: texts) ?? model.encode(texts)
    }

    /// The words of all captions: those kept, or as an encoder that is being trained has them now.
    func words() throws -> WordSource { try kept ?? WordSource(model, keeping: tokens, sharedBy: group) }

    /// Made in pieces, for making an item scorable needs more memory than the result.
    private func scorable<Scorer: PairScorer>(_ scorer: Scorer, _ images: Range<Int>) throws -> Scorer.Images {
        var pieces: [Scorer.Images] = []
        for start in stride(from: images.lowerBound, to: images.upperBound, by: 32) {
            let piece = start..<min(start + 32, images.upperBound)
            pieces.append(try scorer.scorable(model.images(split, Array(piece)), in: precision))
        }
        return try Scorer.joined(pieces)
    }

    private func blockSize() -> (images: Int, captions: Int) {
        let words = tokens.reduce(0) { $0 + $1.count } / max(tokens.count, 1)
        let size = model.scorer.blockSize(
            images: truth.imageCount, texts: truth.captionCount, regions: split.regionCount, words: words + 1,
            on: model.device, in: precision)
        // As many blocks as processes at least.
        let share = (truth.captionCount - 1) / (group?.size ?? 1) + 1
        return (size.images, min(size.texts, share))
    }
}
