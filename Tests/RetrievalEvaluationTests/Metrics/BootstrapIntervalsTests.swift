import AsCLBase
import Foundation
import Testing

@testable import RetrievalEvaluation

@Suite struct BootstrapIntervalsTests {
    /// Images with 1, 2, 3, 1, 2, ... captions; the last two images have none.
    static func unevenTruth(images: Int) throws -> GroundTruth {
        let imageOfCaption = (0..<images - 2).flatMap { image in Array(repeating: image, count: image % 3 + 1) }
        return try GroundTruth(imageOfCaption: imageOfCaption, imageCount: images)
    }

    /// Ranks of 1 to `worst`.
    static func ranks(_ truth: GroundTruth, worst: Int, _ generator: inout SeededGenerator) -> RetrievalRanks {
        func draw(_ right: [[Int]]) -> [Int?] {
            right.map { $0.isEmpty ? nil : 1 + Int.random(in: 0..<worst, using: &generator) }
        }
        return RetrievalRanks(imageToText: draw(truth.captionsOfImage), textToImage: draw(truth.imagesOfCaption))
    }

    @Test func `the value is the mean of the runs`() throws {
        let truth = try Self.unevenTruth(images: 30)
        var generator = SeededGenerator(state: 1)
        let runs = [Self.ranks(truth, worst: 12, &generator), Self.ranks(truth, worst: 6, &generator)]
        let intervals = try BootstrapIntervals(runs, truth: truth, resamples: 50, using: &generator)
        let results = try runs.map { try RetrievalResult($0).measures }
        for measure in RetrievalMeasure.allCases {
            let interval = intervals.measures[measure]
            #expect(abs(interval.value - (results[0][measure] + results[1][measure]) / 2) < 1e-9)
            #expect(interval.lower < interval.value && interval.value < interval.upper)
        }
        #expect(intervals.images == 28, "two ask nothing")
        #expect(intervals.runs == 2)
        let json = try JSONEncoder().encode(intervals)
        #expect(String(decoding: json, as: UTF8.self).contains(#""text_to_image_r5":{"#))
        #expect(try JSONDecoder().decode(BootstrapIntervals.self, from: json) == intervals)
    }

    @Test func `a resample is the recall of the drawn images with their captions`() throws {
        let truth = try Self.unevenTruth(images: 12)
        var generator = SeededGenerator(state: 2)
        let ranks = Self.ranks(truth, worst: 12, &generator)
        var (own, theirs) = (generator, generator)
        var drawn: [PerMeasure<Double>] = []
        for _ in 0..<41 {
            let images = (0..<10).map { _ in Int(own.next().multipliedFullWidth(by: 10).high) }
            drawn.append(
                try RetrievalResult(
                    RetrievalRanks(
                        imageToText: images.map { ranks.imageToText[$0] },
                        textToImage: images.flatMap { truth.captionsOfImage[$0].map { ranks.textToImage[$0] } })
                ).measures)
        }
        let intervals = try BootstrapIntervals([ranks], truth: truth, resamples: 41, using: &theirs)
        for measure in RetrievalMeasure.allCases {
            // Of 41 in order, 0.025 of the way from the first to the last is the second.
            let sorted = drawn.map { $0[measure] }.sorted()
            #expect(abs(intervals.measures[measure].lower - sorted[1]) < 1e-9)
            #expect(abs(intervals.measures[measure].upper - sorted[39]) < 1e-9)
        }
    }

    @Test func `captions of one image add nothing where they agree`() throws {
        let truth = try GroundTruth(imageOfCaption: (0..<200).map { $0 / 5 }, imageCount: 40)
        let ranks = RetrievalRanks(
            imageToText: (0..<40).map { $0 % 3 + 1 }, textToImage: (0..<200).map { ($0 / 5) % 3 + 1 })
        var generator = SeededGenerator(state: 3)
        let measures = try BootstrapIntervals([ranks], truth: truth, resamples: 200, using: &generator).measures
        #expect(measures[.textToImageR1] == measures[.imageToTextR1], "as wide as without the five")
        #expect(measures[.imageToTextR5] == ConfidenceInterval(value: 100, resamples: [100]), "all are hits")
    }

    @Test func `95 percent of the intervals hold the truth`() throws {
        let truth = try GroundTruth(imageOfCaption: Array(0..<60), imageCount: 60)
        var generator = SeededGenerator(state: 4)
        var held = 0
        for _ in 0..<200 {
            // A rank of 1 to 10, each as likely: R@1 is 10 %, R@5 50 %.
            let ranks = Self.ranks(truth, worst: 10, &generator)
            let intervals = try BootstrapIntervals([ranks], truth: truth, resamples: 200, using: &generator)
            let interval = intervals.measures[.textToImageR5]
            if interval.lower <= 50, 50 <= interval.upper { held += 1 }
        }
        // 190 of 200, give or take three standard deviations of 3.1 and a little for so few images.
        #expect((178...199).contains(held), "\(held) of 200")
    }

    @Test func `runs that do not fit are named`() throws {
        let truth = try GroundTruth(imageOfCaption: [0, 0, 1], imageCount: 2)
        func message(_ runs: [RetrievalRanks], resamples: Int = 10) -> String? {
            #expect(throws: InputError.self) {
                var generator = SeededGenerator(state: 5)
                _ = try BootstrapIntervals(runs, truth: truth, resamples: resamples, using: &generator)
            }?.description
        }
        let good = RetrievalRanks(imageToText: [1, 1], textToImage: [1, 1, 1])
        #expect(message([]) == "ranks: expected at least one run, found none")
        #expect(
            message([good, RetrievalRanks(imageToText: [1], textToImage: [1, 1, 1])])
                == "ranks, run 2, images: expected 2 ranks, as the ground truth has, found 1")
        #expect(
            message([RetrievalRanks(imageToText: [1, 1], textToImage: [1, nil, 1])])
                == "ranks, run 1, caption 1: expected a rank, found none")
        #expect(message([good], resamples: 0) == "resamples: expected at least one, found 0")
    }
}
