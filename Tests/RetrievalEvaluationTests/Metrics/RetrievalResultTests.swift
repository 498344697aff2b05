import AsCLBase
import Foundation
import RetrievalEvaluation
import Testing

@Suite struct RetrievalResultTests {
    /// Twelve images with two captions each; caption c is beaten by c % 12 wrong images.
    func ladder() throws -> ScoredSet {
        let truth = try GroundTruth(imageOfCaption: (0..<24).map { $0 / 2 }, imageCount: 12)
        return ScoredSet(truth: truth) { image, caption in
            let ahead = (image - caption / 2 + 12) % 12
            return ahead == 0 ? 0 : ahead <= caption % 12 ? 1 : -1
        }
    }

    @Test func `recall is the percentage of ranks within the limit`() throws {
        let recall = try #require(Recall(ranks: [1, 1, 2, 5, 6, 10, 11, nil]))
        #expect(recall.queries == 7)
        #expect(abs(recall.r1 - 200.0 / 7) < 1e-12)
        #expect(abs(recall.r5 - 400.0 / 7) < 1e-12)
        #expect(abs(recall.r10 - 600.0 / 7) < 1e-12)
        #expect(recall.medianRank == 5)
        #expect(Recall(ranks: [1, 4])?.medianRank == 2.5)
        #expect(Recall(ranks: [nil]) == nil)
    }

    @Test func `recall is told both ways, with its sum`() throws {
        let result = try RetrievalResult(ladder().ranks())
        #expect(result.textToImage.queries == 24)
        #expect(abs(result.textToImage.r1 - 100 * 2 / 24) < 1e-9)
        #expect(abs(result.textToImage.r5 - 100 * 10 / 24) < 1e-9)
        #expect(abs(result.textToImage.r10 - 100 * 20 / 24) < 1e-9)
        let ways = [result.imageToText, result.textToImage]
        #expect(abs(result.rsum - ways.reduce(0) { $0 + $1.r1 + $1.r5 + $1.r10 }) < 1e-9)
        #expect(result.images == 12)
        #expect(result.captions == 24)
    }

    @Test func `the right order is perfect, and a constant is not`() throws {
        let truth = try GroundTruth(imageOfCaption: (0..<100).map { $0 / 5 }, imageCount: 20)
        let perfect = ScoredSet(truth: truth) { image, caption in image == caption / 5 ? 1 : 0 }
        #expect(try RetrievalResult(perfect.ranks()).rsum == 600)
        #expect(try RetrievalResult(ScoredSet(truth: truth) { _, _ in 0 }.ranks()).rsum == 0)
    }

    @Test func `random scores are at chance`() throws {
        let truth = try GroundTruth(imageOfCaption: Array(0..<200), imageCount: 200)
        var generator = SeededGenerator(state: 7)
        let result = try RetrievalResult(
            ScoredSet(truth: truth) { _, _ in Float.random(in: 0..<1, using: &generator) }.ranks())
        // 10 of 200 are 5 %, give or take four standard errors of 1.5 %.
        for recall in [result.imageToText, result.textToImage] {
            #expect(recall.r10 < 11.2)
            #expect((70...130).contains(recall.medianRank))
        }
    }

    @Test func `the mean of folds weighs each the same`() throws {
        let set = try ladder()
        let folds = try set.truth.folds(imagesPerFold: 4).map { fold in
            try RetrievalResult(
                ScoredSet(truth: fold.truth) { image, caption in
                    set.score(fold.images.lowerBound + image, fold.captions[caption])
                }.ranks())
        }
        let mean = try FoldedResult(folds: folds)
        #expect(folds.count == 3)
        #expect(Set(folds.map(\.textToImage.r1)).count > 1, "else any fold would do")
        #expect(abs(mean.textToImage.r1 - folds.reduce(0) { $0 + $1.textToImage.r1 } / 3) < 1e-9)
        #expect(abs(mean.rsum - folds.reduce(0) { $0 + $1.rsum } / 3) < 1e-9)
        #expect(mean.textToImage.queries == 24)
        #expect(throws: InputError.self) { try FoldedResult(folds: []) }
    }

    @Test func `results survive JSON`() throws {
        let result = try RetrievalResult(ladder().ranks())
        let folded = try FoldedResult(folds: [result, result])
        let json = try JSONEncoder().encode(folded)
        #expect(try JSONDecoder().decode(FoldedResult.self, from: json) == folded)
        #expect(String(decoding: json, as: UTF8.self).contains(#""image_to_text""#))
    }

    @Test func `the columns of a table align`() throws {
        let ranks = try ladder().ranks()
        let result = try RetrievalResult(ranks)
        #expect(
            result.description == """
                12 images x 24 captions
                                  R@1     R@5    R@10  median queries
                image to text     0.0     0.0     0.0    12.0      12
                text to image     8.3    41.7    83.3     6.5      24
                Rsum 133.3
                """)
        #expect(try FoldedResult(folds: [result, result]).description.hasPrefix("mean of 2 folds of 12 images\n"))
        let bins = try QueryLengthBins(ranks: ranks.textToImage, wordCounts: Array(repeating: 5, count: 24))
        let lines = bins.description.split(separator: "\n")
        #expect(Set(lines.map(\.count)).count == 1)
        #expect(lines.last?.hasPrefix(">15 words ") == true)
    }

    @Test func `bins of lengths meet without gap or overlap`() throws {
        let lengths = Array(0...40)
        let bins = try QueryLengthBins(ranks: lengths.map { $0 == 8 ? 2 : 1 }, wordCounts: lengths).bins
        #expect(bins.map(\.words) == ["<=6", "7-9", "10-12", "13-15", ">15"])
        #expect(bins.map { $0.recall?.queries } == [7, 3, 3, 3, 25])
        #expect(bins.map { ($0.recall?.r1 ?? 0).rounded() } == [100, 67, 100, 100, 100])
        #expect(try QueryLengthBins(ranks: [1], wordCounts: [99]).bins[0].recall == nil)
        #expect(throws: InputError.self) { try QueryLengthBins(ranks: [1, 2], wordCounts: [3]) }
    }
}
