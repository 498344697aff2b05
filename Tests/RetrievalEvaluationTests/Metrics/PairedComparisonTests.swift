import AsCLBase
import Foundation
import Testing

@testable import RetrievalEvaluation

@Suite struct PairedComparisonTests {
    /// One caption an image, whose ranks are the image's.
    func ranks(_ ranks: [Int]) -> RetrievalRanks { RetrievalRanks(imageToText: ranks, textToImage: ranks) }

    func truth(_ images: Int) throws -> GroundTruth {
        try GroundTruth(imageOfCaption: Array(0..<images), imageCount: images)
    }

    func compare(
        _ first: [RetrievalRanks], _ second: [RetrievalRanks], _ truth: GroundTruth, resamples: Int = 200,
        seed: UInt64 = 1
    ) throws -> PairedComparison {
        var generator = SeededGenerator(state: seed)
        return try PairedComparison(first, with: second, truth: truth, resamples: resamples, using: &generator)
    }

    @Test func `a method does not differ from itself`() throws {
        let truth = try BootstrapIntervalsTests.unevenTruth(images: 20)
        var generator = SeededGenerator(state: 1)
        let runs = (0..<2).map { _ in BootstrapIntervalsTests.ranks(truth, worst: 12, &generator) }
        // The same runs twice over are the same mean.
        let comparison = try compare(runs, runs + runs, truth)
        for measure in RetrievalMeasure.allCases {
            #expect(comparison.measures[measure].pValue == 1)
            #expect(comparison.measures[measure].difference == ConfidenceInterval(value: 0, resamples: [0]))
        }
    }

    @Test func `what is always better is significantly so`() throws {
        let comparison = try compare(
            [ranks(Array(repeating: 1, count: 40))], [ranks(Array(repeating: 7, count: 40))], truth(40))
        let rank1 = comparison.measures[.imageToTextR1]
        #expect(rank1.pValue == 1.0 / 201, "only what was observed reaches it")
        #expect(rank1.difference == ConfidenceInterval(value: 100, resamples: [100]))
        #expect(comparison.measures[.imageToTextR10].pValue == 1, "both find all")
        #expect(comparison.measures[.rsum].difference.value == 400)
        #expect(rank1.description == "+100.0 [100.0, 100.0], p = 0.00498")
        let json = try JSONEncoder().encode(comparison)
        #expect(try JSONDecoder().decode(PairedComparison.self, from: json) == comparison)
    }

    @Test func `the p-value is the share of signs that reach the difference`() throws {
        // At 1: +1 +1 +1, which 2 of 8 signs reach. At 5: +1 +1 -1, whose sum is odd and so reached by all signs.
        let comparison = try compare(
            [ranks([1, 1, 1, 9, 9])], [ranks([6, 6, 2, 4, 9])], truth(5), resamples: 4_000)
        #expect(abs(comparison.measures[.imageToTextR1].pValue - 0.25) < 0.03)
        #expect(comparison.measures[.imageToTextR5].pValue == 1)
        // Rsum's differences of the five are 400, 400, 200, -200, 0: 800, which 6 of 16 signs reach.
        #expect(abs(comparison.measures[.rsum].difference.value - 800.0 / 5) < 1e-9)
        #expect(abs(comparison.measures[.rsum].pValue - 0.375) < 0.03)
    }

    @Test func `rsum weighs hits by the queries of their direction`() throws {
        let truth = try GroundTruth(imageOfCaption: [0, 1, 1, 2, 2, 2], imageCount: 3)
        // At 10, a third of the images' queries each: +1 of 3, +2 of 6, -1 of 3.
        // All signs give an odd number of thirds.
        let first = RetrievalRanks(imageToText: [10, 11, 11], textToImage: [11, 10, 10, 11, 11, 11])
        let second = RetrievalRanks(imageToText: [11, 11, 10], textToImage: Array(repeating: 11, count: 6))
        let rsum = try compare([first], [second], truth).measures[.rsum]
        #expect(abs(rsum.difference.value - 100.0 / 3) < 1e-9)
        #expect(rsum.pValue == 1)
    }

    @Test func `the difference is that of the means and turns with the order`() throws {
        let truth = try BootstrapIntervalsTests.unevenTruth(images: 30)
        var generator = SeededGenerator(state: 6)
        let first = (0..<3).map { _ in BootstrapIntervalsTests.ranks(truth, worst: 9, &generator) }
        let second = (0..<2).map { _ in BootstrapIntervalsTests.ranks(truth, worst: 14, &generator) }
        let comparison = try compare(first, second, truth)
        let turned = try compare(second, first, truth)
        let repeated = try compare(first, second + second, truth)
        func mean(_ runs: [RetrievalRanks], _ measure: RetrievalMeasure) throws -> Double {
            try runs.reduce(0) { try $0 + RetrievalResult($1).measures[measure] } / Double(runs.count)
        }
        for measure in RetrievalMeasure.allCases {
            let (one, other) = (comparison.measures[measure], turned.measures[measure])
            #expect(abs(one.difference.value - (try mean(first, measure) - mean(second, measure))) < 1e-9)
            #expect(abs(one.difference.lower + other.difference.upper) < 1e-9)
            #expect(one.pValue == other.pValue)
            #expect(one.pValue == repeated.measures[measure].pValue)
            #expect(abs(one.difference.lower - repeated.measures[measure].difference.lower) < 1e-9)
        }
        #expect(comparison.images == 28)
        #expect((comparison.firstRuns, comparison.secondRuns) == (3, 2))
    }

    @Test func `equal methods are found different as often as the level says`() throws {
        let truth = try truth(30)
        var generator = SeededGenerator(state: 7)
        var found = 0
        for seed in 0..<200 {
            let first = BootstrapIntervalsTests.ranks(truth, worst: 16, &generator)
            let second = BootstrapIntervalsTests.ranks(truth, worst: 16, &generator)
            let comparison = try compare([first], [second], truth, resamples: 39, seed: UInt64(seed))
            if comparison.measures[.rsum].pValue <= 0.1 { found += 1 }
        }
        // 20 of 200, give or take three standard deviations of 4.2.
        #expect((7...33).contains(found), "\(found) of 200")
    }

    @Test func `a method of other queries is named`() throws {
        let error = #expect(throws: InputError.self) {
            try compare([ranks([1, 1])], [ranks([1, 1]), ranks([1])], truth(2))
        }
        #expect(
            error?.description == "second method, run 2, images: expected 2 ranks, as the ground truth has, found 1")
    }
}
