import ArrayFiles
import Foundation
public import MatchingBaselines
import RetrievalData
import RetrievalEvaluation
public import RetrievalMetrics
import RetrievalModels
import Torch

/// How much of a teacher's text-to-image ranking a fast first stage keeps, by the size of its shortlist.
public struct FirstStageStudy: Codable, Sendable {
    /// One row a shortlist size.
    public let rows: [ShortlistRecall.Row]
    /// The inverted index over the images, of a lexicon encoder.
    public let index: InvertedIndex.Statistics?
    /// Mean wall-clock time for the largest shortlist of one encoded caption, one thread: all scores of a dense encoder, the
    /// postings of a sparse one.
    public let secondsPerQuery: Double

    enum CodingKeys: String, CodingKey {
        case rows, index
        case secondsPerQuery = "seconds_per_query"
    }

    /// The teacher's best so many are what a shortlist should hold.
    public static let teacherTop = 10

    /// Shortlist sizes for so many images: none says much that holds most of them.
    static func sizes(images: Int) -> [Int] {
        let sizes = [10, 20, 50, 100, 200, 500, 1000].filter { $0 * 2 <= images }
        return sizes.isEmpty ? [max(1, images / 2)] : sizes
    }

    /// - Parameters:
    ///   - teacherScores: A file with S of all `[images, captions]`.
    ///   - scoresPath: Where the student's scores go while they are needed.
    init(
        _ student: RetrievalModel, _ evaluator: Evaluator, teacherScores: NumpyArray, scoresPath: String
    ) throws {
        let truth = evaluator.truth
        try Self.writeScores(student, evaluator, to: scoresPath)
        defer { try? FileManager.default.removeItem(atPath: scoresPath) }
        let studentScores = try NumpyArray(path: scoresPath)
        let sizes = Self.sizes(images: truth.imageCount)
        let longest = sizes.max() ?? 1
        var recall = try ShortlistRecall(sizes: sizes)
        var seconds = 0.0
        for caption in 0..<truth.captionCount {
            let own = Self.column(caption, of: studentScores, truth)
            let wanted = Self.column(caption, of: teacherScores, truth)
            var ranking: [Int] = []
            seconds +=
                try ContinuousClock().measure {
                    ranking = try Shortlist(size: longest, of: own).ranked.map(\.item)
                } / .seconds(1)
            try recall.add(
                teacherTop: Set(Shortlist(size: Self.teacherTop, of: wanted).ranked.map(\.item)), ranking: ranking,
                teacherScores: ranking.map { wanted[$0] }, right: Set(truth.imagesOfCaption[caption]))
        }
        rows = try recall.rows()
        if let lexicon = student.scorer as? LexiconEncoder {
            let (index, time) = try Self.search(student, lexicon, evaluator, top: longest)
            self.index = index.statistics
            secondsPerQuery = time
        } else {
            index = nil
            secondsPerQuery = seconds / Double(truth.captionCount)
        }
    }

    /// S of all pairs into a file.
    static func writeScores(_ model: RetrievalModel, _ evaluator: Evaluator, to path: String) throws {
        let matrix = try NumpyMatrixWriter(
            path: path, rows: evaluator.truth.imageCount, columns: evaluator.truth.captionCount)
        try evaluator.score(model) { block, scores in
            try matrix.write(scores, rows: block.images, columns: block.captions)
        }
        try matrix.finish()
    }

    private static func column(_ caption: Int, of scores: NumpyArray, _ truth: GroundTruth) -> [Float] {
        let stride = truth.captionCount * MemoryLayout<Float>.stride
        return withExtendedLifetime(scores) {
            (0..<truth.imageCount).map {
                scores.bytes.loadUnaligned(
                    fromByteOffset: $0 * stride + caption * MemoryLayout<Float>.stride, as: Float.self)
            }
        }
    }

    /// The inverted index of the images, and the mean time of a search.
    private static func search(
        _ student: RetrievalModel, _ lexicon: LexiconEncoder, _ evaluator: Evaluator, top: Int
    ) throws -> (InvertedIndex, Double) {
        try withoutGradients {
            var vectors = SparseVectors(width: lexicon.termCount)
            for start in stride(from: 0, to: evaluator.split.imageCount, by: 64) {
                let images = Array(start..<min(start + 64, evaluator.split.imageCount))
                let weights = try lexicon.scorable(student.images(evaluator.split, images), in: .fp32)
                try vectors.append(dense: weights.to(device: .cpu).array())
            }
            let index = try InvertedIndex(vectors)
            var queries = SparseVectors(width: lexicon.termCount)
            try evaluator.forEachTexts(student, by: 256) { words in
                try queries.append(
                    dense: lexicon.scorable(projected: lexicon.project(words), in: .fp32).to(device: .cpu).array())
            }
            var accumulator = InvertedIndex.Accumulator()
            let time = try ContinuousClock().measure {
                for query in 0..<queries.count {
                    _ = try index.search(queries[query], top: top, reusing: &accumulator)
                }
            }
            return (index, time / .seconds(1) / Double(max(queries.count, 1)))
        }
    }
}
