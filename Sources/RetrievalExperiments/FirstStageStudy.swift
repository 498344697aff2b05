import ArrayFiles
import Foundation
import RetrievalData
package import RetrievalEvaluation
package import RetrievalModels
import Torch

/// How much of a teacher's text-to-image ranking a fast first stage keeps, by the size of its shortlist.
package struct FirstStageStudy: Codable, Sendable {
    /// One row a shortlist size.
    package let rows: [ShortlistRecall.Row]
    /// The inverted index over the images, which the shortlists of a method of terms come from.
    package let index: InvertedIndex.Statistics?
    /// What it keeps and how long it searches; nil where its vectors are no search's.
    package let cost: FirstStageCost?

    /// The teacher's best so many are what a shortlist should hold.
    package static let teacherTop = 10

    /// Shortlist sizes for so many images: none says much that holds most of them.
    static func sizes(images: Int) -> [Int] {
        let sizes = [10, 20, 50, 100, 200, 500, 1000].filter { $0 * 2 <= images }
        return sizes.isEmpty ? [max(1, images / 2)] : sizes
    }

    /// - Parameters:
    ///   - teacherScores: A file with S of all `[images, captions]`.
    ///   - folder: Where the student's scores and the collections that are timed go while they are needed.
    ///   - collections: The sizes of these.
    init(
        _ evaluator: Evaluator, teacherScores: NumpyArray, in folder: String,
        collections: [Int] = FirstStageCost.sizes
    ) throws {
        let sizes = Self.sizes(images: evaluator.truth.imageCount)
        let longest = sizes.max() ?? 1
        let scorer = evaluator.model.scorer
        guard let lexicon = scorer as? any TermScorer else {
            let scoresPath = "\(folder)/student-scores-\(UUID().uuidString).npy"
            try Self.writeScores(evaluator, to: scoresPath)
            defer { try? FileManager.default.removeItem(atPath: scoresPath) }
            let scores = try NumpyArray(path: scoresPath)
            rows = try Self.rows(sizes, evaluator.truth, teacherScores) { caption in
                try Shortlist(size: longest, of: Self.column(caption, of: scores, evaluator.truth)).ranked.map(\.item)
            }
            index = nil
            cost = try (scorer as? any VectorScorer).map {
                try FirstStageCost(
                    scanning: Self.vectors($0, evaluator), top: longest, sizes: collections, in: folder)
            }
            return
        }
        let search = try LexiconSearch(lexicon, evaluator)
        var accumulator = InvertedIndex.Accumulator()
        rows = try Self.rows(sizes, evaluator.truth, teacherScores) { caption in
            try search.index.search(search.queries[caption], top: longest, reusing: &accumulator).map(\.item)
        }
        index = search.index.statistics
        cost = try FirstStageCost(
            searching: search.images, for: search.queries, top: longest, sizes: collections)
    }

    /// Vectors of all images, and of the first captions.
    private static func vectors(
        _ scorer: some VectorScorer, _ evaluator: Evaluator
    ) throws -> FirstStageCost.Vectors {
        try withoutGradients {
            var images: [Float] = []
            for start in stride(from: 0, to: evaluator.split.imageCount, by: 64) {
                let part = Array(start..<min(start + 64, evaluator.split.imageCount))
                images += try scorer.vectors(evaluator.model.images(evaluator.split, part)).to(device: .cpu).array()
            }
            let asked = 0..<min(FirstStageCost.queries, evaluator.truth.captionCount)
            let captions = try scorer.vectors(evaluator.texts(asked)).to(device: .cpu).array(Float.self)
            return .init(pictures: images, captions: captions, width: scorer.vectorDimension)
        }
    }

    /// What shortlists keep of the teacher's ranking.
    /// - Parameter ranking: Gives a caption's images, best first.
    private static func rows(
        _ sizes: [Int], _ truth: GroundTruth, _ teacherScores: NumpyArray, ranking: (Int) throws -> [Int]
    ) throws -> [ShortlistRecall.Row] {
        var recall = try ShortlistRecall(sizes: sizes)
        for caption in 0..<truth.captionCount {
            let wanted = column(caption, of: teacherScores, truth)
            let found = try ranking(caption)
            try recall.add(
                teacherTop: Set(Shortlist(size: teacherTop, of: wanted).ranked.map(\.item)), ranking: found,
                teacherScores: found.map { wanted[$0] }, right: Set(truth.imagesOfCaption[caption]))
        }
        return try recall.rows()
    }

    /// S of all pairs into a file.
    static func writeScores(_ evaluator: Evaluator, to path: String) throws {
        let matrix = try NumpyMatrixWriter(
            path: path, rows: evaluator.truth.imageCount, columns: evaluator.truth.captionCount)
        try evaluator.score { block, scores in
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
}

/// The images of a method of terms in an inverted index, and its captions as queries, each by its heaviest terms alone.
private struct LexiconSearch {
    /// Terms kept of an image. Training alone makes weights small long before it makes them zero.
    private static let termsOfImage = 128
    /// Terms kept of a caption.
    private static let termsOfCaption = 32

    let images: SparseVectors
    let index: InvertedIndex
    let queries: SparseVectors

    init(_ lexicon: some TermScorer, _ evaluator: Evaluator) throws {
        (images, queries) = try withoutGradients {
            var vectors = SparseVectors(width: lexicon.termCount)
            for start in stride(from: 0, to: evaluator.split.imageCount, by: 64) {
                let images = Array(start..<min(start + 64, evaluator.split.imageCount))
                let weights = try lexicon.scorable(evaluator.model.images(evaluator.split, images), in: .fp32)
                try vectors.append(dense: weights.to(device: .cpu).array(), keeping: Self.termsOfImage)
            }
            var queries = SparseVectors(width: lexicon.termCount)
            try evaluator.forEachTexts(by: 256) { words in
                let weights = try lexicon.scorable(projected: lexicon.project(words), in: .fp32)
                try queries.append(dense: weights.to(device: .cpu).array(), keeping: Self.termsOfCaption)
            }
            return (vectors, queries)
        }
        index = try InvertedIndex(images)
    }
}
