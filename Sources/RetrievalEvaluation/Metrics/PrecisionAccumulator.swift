package import AsCLBase

/// R-Precision and mAP@R both ways from a score matrix `[images, captions]` that is never whole in memory.
///
/// Exact, in one pass, whatever the order of the blocks: a query with R right items keeps the best R items so far. It
/// takes the same blocks as a `RankAccumulator`, usually with a richer ground truth.
package struct PrecisionAccumulator: Sendable {
    /// Who belongs to whom.
    package let truth: GroundTruth
    private var stream: ScoreStream<QueryPrecision>

    /// Ready for the scores of `truth`'s images and captions.
    package init(truth: GroundTruth) {
        self.truth = truth
        stream = ScoreStream(truth: truth)
    }

    /// All that has come of the scores so far, to be written down and taken up again; exact to the bit.
    package struct State: Codable, Sendable {
        fileprivate let stream: ScoreStream<QueryPrecision>

        fileprivate init(_ stream: ScoreStream<QueryPrecision>) { self.stream = stream }

        /// Reads what `encode` wrote.
        package init(from decoder: any Decoder) throws { stream = try ScoreStream(from: decoder) }

        /// Writes the blocks, and what each query holds.
        package func encode(to encoder: any Encoder) throws { try stream.encode(to: encoder) }
    }

    /// What has come of the scores so far.
    package var state: State { State(stream) }

    /// Goes on from `state`, which has to be of the same ground truth.
    package init(truth: GroundTruth, continuing state: State) throws(InputError) {
        let place = "precision so far"
        self.truth = truth
        stream = try ScoreStream(truth: truth, continuing: state.stream, place: place)
        guard stream.images.map(\.rightItems) == truth.captionsOfImage.map(\.count),
            stream.captions.map(\.rightItems) == truth.imagesOfCaption.map(\.count)
        else {
            throw InputError(
                place: place, expected: "the right items of this ground truth", found: "those of another")
        }
    }

    /// The blocks that have come.
    package var blocks: [ScoreBlock] { stream.blocks }

    /// Whether every pair has come.
    package var isComplete: Bool { stream.isComplete }

    /// Takes the scores `[block.images, block.captions]`, row-major. Each pair comes once; a score must be a number.
    /// After an error nothing more can be had from this accumulator.
    package mutating func add(_ scores: [Float], block: ScoreBlock) throws(InputError) {
        try stream.add(scores, block: block, truth: truth)
    }

    /// The result, once every pair has come.
    package func result() throws(InputError) -> PrecisionResult {
        try stream.checkComplete()
        return PrecisionResult(
            imageToText: PrecisionAtR(stream.images), textToImage: PrecisionAtR(stream.captions),
            images: truth.imageCount, captions: truth.captionCount)
    }
}
