import Testing
import TextEncoding
import Torch

@testable import RetrievalModels

/// The matches of a pair are held to the score that is computed as the formulas stand.
@Suite struct PairMatchesTests {
    @Test(arguments: RandomCase.ragged + [RandomCase(fusion: .gated)])
    func `the means of the matches are the local score, and shares add up to a match`(_ given: RandomCase) throws {
        let model = try given.model().ascl
        let (images, texts) = (try model.project(given.images()), try model.project(given.texts()))
        let scores = try model.plainScores(images, texts)
        let local = try scores.local.detached().array(Float.self)
        let global = try scores.global.detached().array(Float.self)
        for image in 0..<given.imageCount {
            for text in given.lengths.indices {
                let one = try ImageBatch(
                    regions: images.regions.sliced(0, image..<image + 1),
                    globals: images.globals.sliced(0, image..<image + 1))
                let found = try #require(try model.matches(one, texts.selecting([text]).rows))
                let place = image * given.lengths.count + text
                let (words, regions) = (found.words, found.regions)
                #expect((words.count, regions.count) == (given.lengths[text], given.regions))
                let mean =
                    words.reduce(0, +) / Float(words.count) / 2 + regions.reduce(0, +) / Float(regions.count) / 2
                #expect(abs(mean - local[place]) < 2e-6 && abs(found.local - local[place]) < 2e-6)
                #expect(abs(found.global - global[place]) < 2e-6)
                #expect(found.shares.count == words.count)
                for (shares, match) in zip(found.shares, words) {
                    #expect(shares.count == regions.count && abs(shares.reduce(0, +) - match) < 3e-6)
                }
                for attention in found.wordAttention + found.regionAttention {
                    #expect(attention.allSatisfy { $0 >= 0 } && abs(attention.reduce(0, +) - 1) < 1e-5)
                }
            }
        }
    }

    /// A region that all heads look past adds nothing; one that is looked at alone adds all.
    @Test func `shares are those of the regions that were looked at`() throws {
        let given = RandomCase()
        let model = try given.model().ascl
        let images = try model.project(given.images())
        let words = try model.project(given.texts()).selecting([2]).rows
        func alone(_ regions: Range<Int>) throws -> PairMatches {
            try #require(
                try model.matches(
                    ImageBatch(
                        regions: images.regions.sliced(0, 0..<1).sliced(1, regions),
                        globals: images.globals.sliced(0, 0..<1)), words))
        }
        let (all, one) = (try alone(0..<given.regions), try alone(3..<4))
        #expect(zip(one.shares, one.words).allSatisfy { abs($0[0] - $1) < 1e-6 })
        #expect(abs(one.regions[0] - all.regions[3]) < 1e-6, "what a region finds is not its neighbours' doing")
        #expect(zip(all.shares, one.shares).contains { abs($0[3] - $1[0]) > 1e-3 })
    }

    @Test func `without attention there are none`() throws {
        let given = RandomCase(fusion: .none)
        let model = try given.model().ascl
        let (images, texts) = (try model.project(given.images()), try model.project(given.texts()))
        #expect(try model.matches(images, texts.rows) == nil)
    }
}
