import AsCLBase
import Foundation
import RetrievalEvaluation
import Testing

@Suite struct RankAccumulatorTests {
    @Test(arguments: [1, 2, 3, 5, 50, 100_000], [UInt64(1), 2, 3])
    func `streamed ranks are the naive ones in any order`(levels: Int, seed: UInt64) throws {
        let set = try ScoredSet(images: 23, captions: 41, levels: levels, seed: seed)
        var generator = SeededGenerator(state: seed)
        for (images, captions) in [(1, 1), (4, 7), (23, 5), (6, 41), (100, 100)] {
            let blocks = set.truth.blocks(images: images, captions: captions)
            for order in [blocks, blocks.reversed(), blocks.shuffled(using: &generator)] {
                let ranks = try set.ranks(in: order)
                #expect(ranks.imageToText == set.naiveImageToText)
                #expect(ranks.textToImage == set.naiveTextToImage)
            }
        }
    }

    @Test func `what was written down goes on to the same ranks`() throws {
        let set = try ScoredSet(images: 23, captions: 41, levels: 5, seed: 9)
        // The worst order: nearly everything is held when half of it has come.
        let blocks = set.truth.blocks(images: 4, captions: 7).reversed().map { $0 }
        var accumulator = RankAccumulator(truth: set.truth)
        for (index, block) in blocks.enumerated() {
            if index % 11 == 5 {
                let written = try JSONEncoder().encode(accumulator.state)
                let read = try JSONDecoder().decode(RankAccumulator.State.self, from: written)
                accumulator = try RankAccumulator(truth: set.truth, continuing: read)
            }
            try accumulator.add(set.scores(of: block), block: block)
        }
        #expect(try accumulator.ranks().imageToText == set.naiveImageToText)
        #expect(try accumulator.ranks().textToImage == set.naiveTextToImage)
        let other = try GroundTruth(imageOfCaption: [0, 1], imageCount: 2)
        #expect(throws: InputError.self) {
            try RankAccumulator(truth: other, continuing: accumulator.state)
        }
    }

    @Test func `a constant score gets no credit`() throws {
        let truth = try GroundTruth(imageOfCaption: [0, 0, 0, 1, 2], imageCount: 3)
        let ranks = try ScoredSet(truth: truth) { _, _ in 0.5 }.ranks()
        #expect(ranks.imageToText == [3, 5, 5], "behind every wrong caption")
        #expect(ranks.textToImage == [3, 3, 3, 3, 3], "behind every wrong image")
    }

    @Test func `the best right item counts, and other right ones are not in its way`() throws {
        let truth = try GroundTruth(imageOfCaption: [0, 0, 1], imageCount: 2)
        let set = ScoredSet(truth: truth) { image, caption in [[0.9, 0.1, 0.5], [0.9, 0.8, 0.8]][image][caption] }
        #expect(try set.ranks().imageToText == [1, 3])
        #expect(try set.ranks().textToImage == [2, 2, 1])
    }

    @Test func `infinitely bad scores are still scores`() throws {
        let truth = try GroundTruth(imageOfCaption: [0, 1], imageCount: 2)
        let ranks = try ScoredSet(truth: truth) { _, _ in -.infinity }.ranks()
        #expect(ranks.imageToText == [2, 2])
    }

    @Test func `blocks cover every pair once and hold little in their order`() throws {
        let truth = try GroundTruth(imageOfCaption: (0..<200).map { $0 / 5 }, imageCount: 40)
        let blocks = truth.blocks(images: 7, captions: 30)
        var seen = Array(repeating: 0, count: 40 * 200)
        for block in blocks {
            for image in block.images { for caption in block.captions { seen[image * 200 + caption] += 1 } }
        }
        #expect(seen.allSatisfy { $0 == 1 })

        let set = ScoredSet(truth: truth) { _, _ in 0 }
        func mostHeld(_ blocks: [ScoreBlock]) throws -> Int {
            var accumulator = RankAccumulator(truth: truth)
            return try blocks.map { block in
                try accumulator.add(set.scores(of: block), block: block)
                return accumulator.held
            }.max() ?? 0
        }
        #expect(try mostHeld(blocks) <= 2 * 7 * 30)
        #expect(try mostHeld(blocks.reversed()) > 20 * 7 * 30)
    }

    @Test func `a score that is no number is named`() throws {
        let truth = try GroundTruth(imageOfCaption: [0, 1, 2], imageCount: 3)
        let set = ScoredSet(truth: truth) { image, caption in image == 1 && caption == 2 ? .nan : 0 }
        let error = #expect(throws: InputError.self) { try set.ranks() }
        #expect(error?.description == "score of image 1 and caption 2: expected a number, found nan")
    }

    @Test func `blocks that do not fit are refused`() throws {
        let truth = try GroundTruth(imageOfCaption: [0, 1, 2], imageCount: 3)
        var accumulator = RankAccumulator(truth: truth)
        func message(_ scores: Int, _ images: Range<Int>, _ captions: Range<Int>) -> String? {
            #expect(throws: InputError.self) {
                try accumulator.add(
                    Array(repeating: 0, count: scores), block: ScoreBlock(images: images, captions: captions))
            }?.description
        }
        #expect(
            message(3, 0..<2, 0..<2) == "block of images 0..<2 and captions 0..<2: expected 4 scores, found 3")
        #expect(
            message(4, 2..<4, 0..<2)
                == "block of images 2..<4 and captions 0..<2: expected a part of 3 images and 3 captions, found more")
        try accumulator.add([0, 0, 0, 0], block: ScoreBlock(images: 0..<2, captions: 0..<2))
        #expect(
            message(4, 1..<3, 1..<3)
                == "block of images 1..<3 and captions 1..<3: expected pairs that have not come, found some again")
        let error = #expect(throws: InputError.self) { try accumulator.ranks() }
        #expect(error?.description == "score matrix: expected 9 scores, found 4")
    }
}
