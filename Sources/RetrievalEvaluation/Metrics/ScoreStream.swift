import AsCLBase

/// What is gathered of one query's scores, which come one by one in any order.
protocol ScoredQuery: Codable, Sendable {
    init(rightItems: Int)
    mutating func addRight(_ score: Float)
    mutating func addWrong(_ score: Float)
}

/// The blocks of a score matrix `[images, captions]` on their way to the queries of both directions.
struct ScoreStream<Query: ScoredQuery>: Codable, Sendable {
    private(set) var blocks: [ScoreBlock] = []
    private(set) var images: [Query]
    private(set) var captions: [Query]

    init(truth: GroundTruth) {
        images = truth.captionsOfImage.map { Query(rightItems: $0.count) }
        captions = truth.imagesOfCaption.map { Query(rightItems: $0.count) }
    }

    /// Goes on from `stream`, which has to be of the same images and captions; `place` names it in errors.
    init(truth: GroundTruth, continuing stream: ScoreStream, place: String) throws(InputError) {
        guard stream.images.count == truth.imageCount, stream.captions.count == truth.captionCount else {
            throw InputError(
                place: place, expected: "\(truth.imageCount) images and \(truth.captionCount) captions",
                found: "\(stream.images.count) and \(stream.captions.count)")
        }
        self = stream
    }

    /// Scores that have come.
    var count: Int { blocks.reduce(0) { $0 + $1.count } }

    /// Whether every pair has come: blocks do not overlap, so as many scores as pairs are all of them.
    var isComplete: Bool { count == images.count * captions.count }

    func checkComplete() throws(InputError) {
        guard isComplete else {
            throw InputError(
                place: "score matrix", expected: "\(images.count * captions.count) scores", found: count)
        }
    }

    mutating func add(_ scores: [Float], block: ScoreBlock, truth: GroundTruth) throws(InputError) {
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
                    throw InputError(
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

    private func check(_ block: ScoreBlock, count: Int) throws(InputError) {
        let place = "block of images \(block.images) and captions \(block.captions)"
        guard block.images.clamped(to: images.indices) == block.images,
            block.captions.clamped(to: captions.indices) == block.captions
        else {
            throw InputError(
                place: place, expected: "a part of \(images.count) images and \(captions.count) captions", found: "more"
            )
        }
        guard count == block.count else {
            throw InputError(place: place, expected: "\(block.count) scores", found: count)
        }
        guard !blocks.contains(where: block.overlaps) else {
            throw InputError(place: place, expected: "pairs that have not come", found: "some again")
        }
    }
}
