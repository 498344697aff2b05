import AsCLBase
import RetrievalEvaluation

/// A small generator of its own (SplitMix64), so that a test sees the same numbers everywhere.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A whole score matrix and who belongs to whom.
struct ScoredSet {
    let truth: GroundTruth
    /// `[images, captions]`
    let scores: [Float]

    /// Captions with none to two images, images with any number of captions; with few `levels` most scores are tied.
    init(images: Int, captions: Int, levels: Int, seed: UInt64) throws {
        var generator = SeededGenerator(state: seed)
        let own = (0..<captions).map { _ in
            (0..<Int.random(in: 0...2, using: &generator)).map { _ in Int.random(in: 0..<images, using: &generator) }
        }
        truth = try GroundTruth(imagesOfCaption: own, imageCount: images)
        scores = (0..<images * captions).map { _ in Float(Int.random(in: 0..<levels, using: &generator)) }
    }

    init(truth: GroundTruth, score: (_ image: Int, _ caption: Int) -> Float) {
        self.truth = truth
        scores = (0..<truth.imageCount).flatMap { image in
            (0..<truth.captionCount).map { score(image, $0) }
        }
    }

    func score(_ image: Int, _ caption: Int) -> Float { scores[image * truth.captionCount + caption] }

    func scores(of block: ScoreBlock) -> [Float] {
        block.images.flatMap { image in block.captions.map { score(image, $0) } }
    }

    func ranks(in blocks: [ScoreBlock]) throws -> RetrievalRanks {
        var accumulator = RankAccumulator(truth: truth)
        for block in blocks { try accumulator.add(scores(of: block), block: block) }
        return try accumulator.ranks()
    }

    func ranks() throws -> RetrievalRanks {
        try ranks(in: [ScoreBlock(images: 0..<truth.imageCount, captions: 0..<truth.captionCount)])
    }

    /// The definition, word for word.
    static func rank(of right: [Int], in scores: [Float]) -> Int? {
        guard let best = right.map({ scores[$0] }).max() else { return nil }
        return 1 + scores.indices.filter { !right.contains($0) && scores[$0] >= best }.count
    }

    var naiveImageToText: [Int?] {
        truth.captionsOfImage.enumerated().map { image, right in
            Self.rank(of: right, in: (0..<truth.captionCount).map { score(image, $0) })
        }
    }

    var naiveTextToImage: [Int?] {
        truth.imagesOfCaption.enumerated().map { caption, right in
            Self.rank(of: right, in: (0..<truth.imageCount).map { score($0, caption) })
        }
    }
}
