import AsCLBase
import RetrievalModels
import TextEncoding
import Torch

/// Ranks by a model that costs too much for all pairs: of each query the few items that another model ranks first are put
/// into the order of its scores, and all others stay behind them in the other's order.
package struct Reranking: Sendable {
    /// Of every query, both ways.
    package let ranks: RetrievalRanks
    /// Items of a query that were put in order anew.
    package let size: Int
    /// Pairs that the costly model scored, and all there are.
    package let pairs, allPairs: Int
    /// Of the queries with a right item, the part in percent that has one among the few: more cannot be found.
    package let imageToTextBound, textToImageBound: Double

    /// - Parameters:
    ///   - evaluator: The costly model's.
    ///   - first: The other's, of the same split.
    ///   - progress: Called with the pairs scored so far by the costly model and their number.
    package init(
        by evaluator: Evaluator, of first: Evaluator, size: Int, progress: (Int, Int) throws -> Void = { _, _ in }
    ) throws {
        let truth = evaluator.truth
        self.size = size
        var images = [Shortlist](repeating: Shortlist(size: size), count: truth.imageCount)
        var captions = [Shortlist](repeating: Shortlist(size: size), count: truth.captionCount)
        let before = try first.ranks(onBlock: { block, scores, _ in
            var place = 0
            for image in block.images {
                for caption in block.captions {
                    try images[image].add(caption, scores[place])
                    try captions[caption].add(image, scores[place])
                    place += 1
                }
            }
        })
        let (ofImage, ofCaption) = (images.map { $0.ranked.map(\.item) }, captions.map { $0.ranked.map(\.item) })

        // A pair that both of its sides have on their lists is scored once.
        var wanted = ofImage.map(Set.init)
        for (caption, images) in ofCaption.enumerated() { for image in images { wanted[image].insert(caption) } }
        let pairs = wanted.reduce(0) { $0 + $1.count }
        self.pairs = pairs
        allPairs = truth.imageCount * truth.captionCount
        var scores: [[Int: Float]] = []
        var done = 0
        try evaluator.scores(of: wanted.map { $0.sorted() }) { captions, values in
            scores.append(Dictionary(uniqueKeysWithValues: zip(captions, values)))
            done += captions.count
            try progress(done, pairs)
        }
        func rank(_ list: [Int], _ right: [Int], _ before: Int?, _ score: (Int) -> Float?) -> Int? {
            let right = Set(right)
            guard let best = list.filter(right.contains).compactMap(score).max() else { return before }
            return 1 + list.count { !right.contains($0) && (score($0) ?? -.infinity) >= best }
        }
        ranks = RetrievalRanks(
            imageToText: ofImage.indices.map { image in
                rank(ofImage[image], truth.captionsOfImage[image], before.imageToText[image]) {
                    scores[image][$0]
                }
            },
            textToImage: ofCaption.indices.map { caption in
                rank(ofCaption[caption], truth.imagesOfCaption[caption], before.textToImage[caption]) {
                    scores[$0][caption]
                }
            })
        imageToTextBound = Self.bound(ofImage, truth.captionsOfImage)
        textToImageBound = Self.bound(ofCaption, truth.imagesOfCaption)
    }

    private static func bound(_ lists: [[Int]], _ right: [[Int]]) -> Double {
        let queries = zip(lists, right).filter { !$1.isEmpty }
        let held = queries.count { list, right in !Set(right).isDisjoint(with: list) }
        return 100 * Double(held) / Double(max(queries.count, 1))
    }

    /// What has to stand beside its recalls.
    /// - Parameter first: What the other model is called.
    package func description(of first: String) -> String {
        func percent(_ value: Double) -> String { "\((value * 10).rounded() / 10) %" }
        return
            "by shortlist: the best \(size) of \(first) in a new order, \(pairs) of \(allPairs) pairs scored; a right one "
            + "is among them for \(percent(imageToTextBound)) of the images and \(percent(textToImageBound)) of the captions"
    }
}

/// Everything but the ranks.
extension Reranking: Encodable {
    private enum CodingKeys: String, CodingKey {
        case size, pairs
        case allPairs = "all_pairs"
        case imageToTextBound = "image_to_text_bound"
        case textToImageBound = "text_to_image_bound"
    }
}

extension Evaluator {
    /// S of every image with captions of its own choice, image by image.
    /// - Parameter onImage: Gets the captions, and S of each.
    func scores(of captions: [[Int]], onImage: ([Int], [Float]) throws -> Void) throws {
        try withoutGradients { try scores(model.scorer, of: captions, onImage) }
    }

    private func scores(
        _ scorer: some PairScorer, of captions: [[Int]], _ onImage: ([Int], [Float]) throws -> Void
    ) throws {
        let words = try words()
        for (image, own) in captions.enumerated() {
            guard !own.isEmpty else {
                try onImage([], [])
                continue
            }
            let scores = try model.computing(in: precision) {
                let prepared = try scorer.scorable(model.images(split, [image]), in: precision)
                let texts = try scorer.scorable(words.words(of: own.map { tokens[$0] }), in: precision)
                return try scorer.similarity(prepared, texts).to(.float32).array(Float.self)
            }
            // No order holds for what is no number: each would stand before all others.
            if let bad = scores.firstIndex(where: \.isNaN) {
                throw InputError(
                    place: "score of image \(image) and caption \(own[bad])", expected: "a number", found: scores[bad])
            }
            try onImage(own, scores)
        }
    }
}
