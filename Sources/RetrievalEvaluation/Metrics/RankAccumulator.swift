package import AsCLBase

/// Ranks both ways from a score matrix `[images, captions]` that is never whole in memory.
///
/// The rank of a query is 1 + the wrong items scoring no less than its best right one, so that a constant score gets no
/// credit. It is exact, in one pass, whatever the order of the blocks: a query counts as soon as all its right items
/// are known, and until then it holds the scores of wrong items that may still count. In the order of
/// `GroundTruth.blocks` that is at most a few blocks' worth; in the worst order (every right pair last) it is the
/// matrix.
package struct RankAccumulator: Sendable {
    /// Who belongs to whom.
    package let truth: GroundTruth
    private var stream: ScoreStream<QueryRank>

    /// Ready for the scores of `truth`'s images and captions.
    package init(truth: GroundTruth) {
        self.truth = truth
        stream = ScoreStream(truth: truth)
    }

    /// All that has come of the scores so far, to be written down and taken up again; exact to the bit.
    package struct State: Codable, Sendable {
        fileprivate let stream: ScoreStream<QueryRank>

        fileprivate init(_ stream: ScoreStream<QueryRank>) { self.stream = stream }

        /// Reads what `encode` wrote.
        package init(from decoder: any Decoder) throws { stream = try ScoreStream(from: decoder) }

        /// Writes the blocks, and what each query holds.
        package func encode(to encoder: any Encoder) throws { try stream.encode(to: encoder) }
    }

    /// What has come of the scores so far.
    package var state: State { State(stream) }

    /// Goes on from `state`, which has to be of the same images and captions.
    package init(truth: GroundTruth, continuing state: State) throws(InputError) {
        self.truth = truth
        stream = try ScoreStream(truth: truth, continuing: state.stream, place: "ranks so far")
    }

    /// The blocks that have come.
    package var blocks: [ScoreBlock] { stream.blocks }

    /// Scores kept at this moment because their queries' right items have not all come.
    package var held: Int { (stream.images + stream.captions).reduce(0) { $0 + $1.held } }

    /// Scores that have come.
    package var count: Int { stream.count }

    /// Whether every pair has come.
    package var isComplete: Bool { stream.isComplete }

    /// Takes the scores `[block.images, block.captions]`, row-major. Each pair comes once; a score must be a number.
    /// After an error nothing more can be had from this accumulator.
    package mutating func add(_ scores: [Float], block: ScoreBlock) throws(InputError) {
        try stream.add(scores, block: block, truth: truth)
    }

    /// The ranks, once every pair has come.
    package func ranks() throws(InputError) -> RetrievalRanks {
        try stream.checkComplete()
        return RetrievalRanks(imageToText: stream.images.map(\.rank), textToImage: stream.captions.map(\.rank))
    }
}
