import AsCLBase
import Foundation
import RetrievalEvaluation
import Testing

extension ScoredSet {
    func precision(in blocks: [ScoreBlock]) throws -> PrecisionResult {
        var accumulator = PrecisionAccumulator(truth: truth)
        for block in blocks { try accumulator.add(scores(of: block), block: block) }
        return try accumulator.result()
    }

    func precision() throws -> PrecisionResult {
        try precision(in: truth.blocks(images: truth.imageCount, captions: truth.captionCount))
    }

    /// R-Precision and AP@R by their definitions, over a whole row put in order; nil where nothing is right.
    static func precision(of right: [Int], in scores: [Float]) -> (rPrecision: Double, average: Double)? {
        guard !right.isEmpty else { return nil }
        let order = scores.indices.sorted { a, b in
            scores[a] != scores[b] ? scores[a] > scores[b] : !right.contains(a) && right.contains(b)
        }
        func precision(_ k: Int) -> Double { Double(order[..<k].count { right.contains($0) }) / Double(k) }
        let average = (1...right.count).reduce(0) { $0 + (right.contains(order[$1 - 1]) ? precision($1) : 0) }
        return (precision(right.count), average / Double(right.count))
    }
}

@Suite struct PrecisionAccumulatorTests {
    @Test(arguments: [1, 2, 4, 50, 100_000], [UInt64(1), 2])
    func `streamed precision is the naive one in any order`(levels: Int, seed: UInt64) throws {
        let set = try ScoredSet(images: 17, captions: 29, levels: levels, seed: seed)
        let truth = set.truth
        let images = truth.captionsOfImage.enumerated().compactMap { image, right in
            ScoredSet.precision(of: right, in: (0..<29).map { set.score(image, $0) })
        }
        let captions = truth.imagesOfCaption.enumerated().compactMap { caption, right in
            ScoredSet.precision(of: right, in: (0..<17).map { set.score($0, caption) })
        }
        var generator = SeededGenerator(state: seed)
        for size in [(1, 1), (4, 7), (17, 5), (100, 100)] {
            let blocks = truth.blocks(images: size.0, captions: size.1)
            for order in [blocks, blocks.reversed(), blocks.shuffled(using: &generator)] {
                let result = try set.precision(in: order)
                for (way, naive) in [(result.imageToText, images), (result.textToImage, captions)] {
                    let count = Double(naive.count)
                    #expect(way.queries == naive.count)
                    #expect(abs(way.rPrecision - naive.reduce(0) { $0 + $1.rPrecision } * 100 / count) < 1e-9)
                    #expect(abs(way.meanAveragePrecision - naive.reduce(0) { $0 + $1.average } * 100 / count) < 1e-9)
                }
            }
        }
    }

    @Test func `precision is that worked out by hand`() throws {
        // Image 0 has captions 0 to 2, in order: right, wrong, right. Image 1 has caption 3, in second place.
        let truth = try GroundTruth(imageOfCaption: [0, 0, 0, 1], imageCount: 2)
        let set = ScoredSet(truth: truth) { image, caption in
            [[0.9, 0.7, 0.1, 0.8], [0.5, 0.1, 0.1, 0.4]][image][caption]
        }
        let result = try set.precision()
        #expect(abs(result.imageToText.rPrecision - 100 * (2.0 / 3 + 0) / 2) < 1e-9)
        #expect(abs(result.imageToText.meanAveragePrecision - 100 * ((1 + 2.0 / 3) / 3 + 0) / 2) < 1e-9)
        // One right image each, found by captions 0 and 1; caption 2's two images are tied, caption 3's other is ahead.
        #expect(result.textToImage.rPrecision == 50)
        #expect(result.textToImage.meanAveragePrecision == 50)
        #expect(
            result.description == """
                2 images x 4 captions
                                R-Precision   mAP@R  queries
                image to text          33.3    27.8        2
                text to image          50.0    50.0        4
                """)
        let json = try JSONEncoder().encode(result)
        #expect(try JSONDecoder().decode(PrecisionResult.self, from: json) == result)
    }

    @Test func `a constant score gets no credit, and the right order all`() throws {
        let truth = try GroundTruth(imagesOfCaption: [[0], [0], [1, 2], [2], [3], [4], [5]], imageCount: 6)
        let nothing = try ScoredSet(truth: truth) { _, _ in -.infinity }.precision()
        #expect((nothing.imageToText.rPrecision, nothing.textToImage.meanAveragePrecision) == (0, 0))
        let all = try ScoredSet(truth: truth) { image, caption in
            truth.captionsOfImage[image].contains(caption) ? 1 : 0
        }.precision()
        #expect((all.imageToText.meanAveragePrecision, all.textToImage.rPrecision) == (100, 100))
    }

    @Test func `what was written down goes on to the same result`() throws {
        let set = try ScoredSet(images: 17, captions: 29, levels: 5, seed: 9)
        let blocks = set.truth.blocks(images: 4, captions: 7)
        var accumulator = PrecisionAccumulator(truth: set.truth)
        for (index, block) in blocks.enumerated() {
            if index % 5 == 3 {
                let written = try JSONEncoder().encode(accumulator.state)
                let read = try JSONDecoder().decode(PrecisionAccumulator.State.self, from: written)
                accumulator = try PrecisionAccumulator(truth: set.truth, continuing: read)
                #expect(accumulator.blocks == Array(blocks[..<index]))
            }
            #expect(!accumulator.isComplete)
            try accumulator.add(set.scores(of: block), block: block)
        }
        #expect(accumulator.isComplete)
        #expect(try accumulator.result() == set.precision())
    }

    @Test func `the state of another truth and an unfinished matrix are refused`() throws {
        let truth = try GroundTruth(imageOfCaption: [0, 0, 1], imageCount: 2)
        let richer = try GroundTruth(imagesOfCaption: [[0], [0, 1], [1]], imageCount: 2)
        let accumulator = PrecisionAccumulator(truth: truth)
        let other = #expect(throws: InputError.self) {
            try PrecisionAccumulator(truth: richer, continuing: accumulator.state)
        }
        #expect(
            other?.description
                == "precision so far: expected the right items of this ground truth, found those of another")
        let unfinished = #expect(throws: InputError.self) { try accumulator.result() }
        #expect(unfinished?.description == "score matrix: expected 6 scores, found 0")
    }
}
