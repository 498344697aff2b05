import AsCLBase
import Foundation
import Testing

@testable import RetrievalEvaluation

@Suite struct SeedSummaryTests {
    @Test func `the deviation is the sample's, and one run has none`() throws {
        let values = try #require(MeanAndDeviation([2, 4, 4, 4, 5, 5, 7, 9]))
        #expect(values.mean == 5)
        #expect(abs(try #require(values.deviation) - (32.0 / 7).squareRoot()) < 1e-12)
        #expect(values.description == "5.0 ± 2.1")
        #expect(MeanAndDeviation([3])?.deviation == nil)
        #expect(MeanAndDeviation([3])?.description == "3.0")
        #expect(MeanAndDeviation([]) == nil)
    }

    @Test func `every measure of the runs is summarised`() throws {
        let runs = try [[1, 7, 2], [1, 1, 11]].map { (ranks: [Int?]) in
            try RetrievalResult(RetrievalRanks(imageToText: ranks, textToImage: [4] + ranks)).measures
        }
        let summary = try SeedSummary(runs)
        #expect(abs(summary.measures[.imageToTextR1].mean - 50) < 1e-9, "1/3 and 2/3")
        #expect(abs(summary.measures[.textToImageR10].mean - 87.5) < 1e-9, "4/4 and 3/4")
        #expect(abs(summary.measures[.rsum].mean - (runs[0][.rsum] + runs[1][.rsum]) / 2) < 1e-9)
        let json = try JSONEncoder().encode(summary)
        #expect(try JSONDecoder().decode(SeedSummary.self, from: json) == summary)
        let error = #expect(throws: InputError.self) { try SeedSummary([]) }
        #expect(error?.description == "seeds: expected at least one run, found none")
    }

    @Test func `a file without one of the measures is refused`() throws {
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(PerMeasure<Double>.self, from: Data(#"{"rsum": 1}"#.utf8))
        }
        #expect("\(try #require(error))".contains("no image_to_text_r1"))
    }

    @Test func `ranks are two rows in a file`() throws {
        let ranks = RetrievalRanks(imageToText: [1, nil, 12], textToImage: [3])
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = try encoder.encode(ranks)
        #expect(String(decoding: json, as: UTF8.self) == #"{"image_to_text":[1,null,12],"text_to_image":[3]}"#)
        #expect(try JSONDecoder().decode(RetrievalRanks.self, from: json) == ranks)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(
                RetrievalRanks.self, from: Data(#"{"image_to_text":[1],"text_to_image":[0]}"#.utf8))
        }
    }
}
