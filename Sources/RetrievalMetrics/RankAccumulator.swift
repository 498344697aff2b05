/// Ranks both ways from a score matrix `[images, captions]` that is never whole in memory.
///
/// The rank of a query is 1 + the wrong items scoring no less than its best right one, so that a constant score gets
/// no credit. It is exact, in one pass, whatever the order of the blocks: a query counts as soon as all its right items are
/// known, and until then it holds the scores of wrong items that may still count. In the order of `GroundTruth.blocks`
/// that is at most a few blocks' worth; in the worst order (every right pair last) it is the matrix.
public struct RankAccumulator: Sendable {
    /// Who belongs to whom.
    public let truth: GroundTruth
    /// The blocks that have come.
    public private(set) var blocks: [ScoreBlock] = []
    private var images: [QueryRank]
    private var captions: [QueryRank]

    /// Ready for the scores of `truth`'s images and captions.
    public init(truth: GroundTruth) {
        self.truth = truth
        images = truth.captionsOfImage.map { QueryRank(rightItems: $0.count) }
        captions = truth.imagesOfCaption.map { QueryRank(rightItems: $0.count) }
    }

    /// All that has come of the scores so far, to be written down and taken up again; exact to the bit.
    public struct State: Codable, Sendable {
        fileprivate let blocks: [ScoreBlock]
        fileprivate let images, captions: [QueryRank]
    }

    /// What has come of the scores so far.
    public var state: State { State(blocks: blocks, images: images, captions: captions) }

    /// Goes on from `state`, which has to be of the same images and captions.
    public init(truth: GroundTruth, continuing state: State) throws(RetrievalMetricsError) {
        self.init(truth: truth)
        guard state.images.count == images.count, state.captions.count == captions.count else {
            throw RetrievalMetricsError(
                place: "ranks so far", expected: "\(images.count) images and \(captions.count) captions",
                found: "\(state.images.count) and \(state.captions.count)")
        }
        (blocks, images, captions) = (state.blocks, state.images, state.captions)
    }

    /// Scores kept at this moment because their queries' right items have not all come.
    public var held: Int { (images + captions).reduce(0) { $0 + $1.held } }

    /// Takes the scores `[block.images, block.captions]`, row-major. Each pair comes once; a score must be a number. After
    /// an error nothing more can be had from this accumulator.
    public mutating func add(_ scores: [Float], block: ScoreBlock) throws(RetrievalMetricsError) {
        try check(block, count: scores.count)
        blocks.append(block)
        var next = scores.startIndex
        for image in block.images {
            let right = truth.captionsOfImage[image]
            var nextRight = right.firstIndex { $0 >= block.captions.lowerBound } ?? right.count
            for caption in block.captions {
                let score = scores[next]
                next += 1
                guard !score.isNaN else {
                    throw RetrievalMetricsError(
                        place: "score of image \(image) and caption \(caption)", expected: "a number", found: score)
                }
                if nextRight < right.count, right[nextRight] == caption {
                    nextRight += 1
                    images[image].addRight(score)
                    captions[caption].addRight(score)
                } else {
                    images[image].addWrong(score)
                    captions[caption].addWrong(score)
                }
            }
        }
    }

    /// Scores that have come.
    public var count: Int { blocks.reduce(0) { $0 + $1.count } }

    /// Whether every pair has come.
    public var isComplete: Bool { count == truth.imageCount * truth.captionCount }

    /// The ranks, once every pair has come.
    public func ranks() throws(RetrievalMetricsError) -> RetrievalRanks {
        // Blocks do not overlap, so as many scores as pairs are all of them.
        let expected = truth.imageCount * truth.captionCount
        let found = count
        guard found == expected else {
            throw RetrievalMetricsError(place: "score matrix", expected: "\(expected) scores", found: found)
        }
        return RetrievalRanks(imageToText: images.map(\.rank), textToImage: captions.map(\.rank))
    }

    private func check(_ block: ScoreBlock, count: Int) throws(RetrievalMetricsError) {
        let place = "block of images \(block.images) and captions \(block.captions)"
        guard block.images.clamped(to: images.indices) == block.images,
            block.captions.clamped(to: captions.indices) == block.captions
        else {
            throw RetrievalMetricsError(
                place: place, expected: "a part of \(images.count) images and \(captions.count) captions", found: "more"
            )
        }
        guard count == block.count else {
            throw RetrievalMetricsError(place: place, expected: "\(block.count) scores", found: count)
        }
        guard !blocks.contains(where: block.overlaps) else {
            throw RetrievalMetricsError(place: place, expected: "pairs that have not come", found: "some again")
        }
    }
}
