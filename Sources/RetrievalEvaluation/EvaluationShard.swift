import ArrayFiles
package import AsCLBase
import Foundation
package import RetrievalData
package import RetrievalModels

/// One of several processes' parts of an evaluation: the scores of a stretch of images with all captions, in a folder that
/// all of them may share. Part 2 of 3 is there once `2-of-3.npy` is, and what it belongs to stands in `2-of-3.json`.
///
/// Parts need nothing of each other. `MergedEvaluation` ranks by all of them.
package struct EvaluationShard {
    /// What a part belongs to.
    struct Record: Codable {
        /// The model, the data and the precision, by fingerprint.
        let evaluation: String
        /// The rows of the score matrix that are here.
        let images: Range<Int>
        let imageCount: Int
        let imageOfCaption: [Int]
    }

    private struct Progress: Codable {
        let evaluation: String
        var blocks: [ScoreBlock]
    }

    /// Where the part is, or will be: `FOLDER/2-of-3.npy`.
    package let path: String
    /// Where captions' words are kept until it is finished.
    package let wordsFile: String
    /// The images whose pairs are its own.
    package let images: Range<Int>
    private let record: Record
    private let stem: String
    private var progress: Progress
    /// Seconds between two times of writing down how far it is: what a kill loses at most.
    var interval = 5.0

    /// Prepares a part, or takes it up where a kill left it.
    /// - Throws: `InputError` where the folder has this part of another evaluation, or there are fewer images than parts.
    package init(
        folder: String, _ shard: Shard, _ model: RetrievalModel, _ split: RetrievalSplit, in precision: Precision
    ) throws {
        guard shard.count <= split.imageCount else {
            throw InputError(
                place: "shard", expected: "at most \(split.imageCount) parts, the images of \(split.name)",
                found: "\(shard)")
        }
        try Folder.make(folder)
        stem = "\(folder)/\(shard.index)-of-\(shard.count)"
        (path, wordsFile) = (stem + ".npy", stem + ".words.npy")
        images = shard.range(of: split.imageCount)
        var digests = FileDigests(cache: stem + ".digests.json")
        let evaluation = try EvaluationProgress.fingerprint(model, split, precision, &digests)
        record = Record(
            evaluation: evaluation, images: images, imageCount: split.imageCount, imageOfCaption: split.imageOfCaption)
        progress = Progress(evaluation: evaluation, blocks: [])
        if let found: Record = try Self.read(stem + ".json") { try expectOwn(found.evaluation, stem + ".json") }
        guard !isFinished else { return }
        if let found: Progress = try Self.read(progressPath) {
            try expectOwn(found.evaluation, progressPath)
            progress = found
        } else {
            // Words without a record of what they are of are no use.
            try? FileManager.default.removeItem(atPath: wordsFile)
            try save()
        }
    }

    private var progressPath: String { stem + ".progress.json" }

    /// Whether nothing is left to do.
    package var isFinished: Bool { FileManager.default.fileExists(atPath: path) }

    /// Scores what is left. The part appears under its name whole, or not at all.
    /// - Parameter report: Called with the pairs scored so far and their number.
    package mutating func run(_ evaluator: Evaluator, report: (Int, Int) throws -> Void) throws {
        let captions = record.imageOfCaption.count
        let matrix = try NumpyMatrixWriter(
            path: path, rows: images.count, columns: captions, isKept: true, continuing: !progress.blocks.isEmpty)
        var (done, saved) = (progress.blocks.reduce(0) { $0 + $1.count }, Date.now)
        try report(done, images.count * captions)
        try evaluator.score(of: images, without: Set(progress.blocks)) { block, scores in
            let rows = block.images.lowerBound - images.lowerBound..<block.images.upperBound - images.lowerBound
            try matrix.write(scores, rows: rows, columns: block.captions)
            progress.blocks.append(block)
            done += block.count
            try report(done, images.count * captions)
            guard Date.now.timeIntervalSince(saved) > interval else { return }
            // Scores first: what is written down as done is there.
            try matrix.synchronize()
            try save()
            saved = .now
        }
        try AtomicFile.write(JSONEncoder().encode(record), to: stem + ".json")
        try matrix.finish()
        for path in [progressPath, wordsFile, stem + ".digests.json"] {
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    private func save() throws { try AtomicFile.write(JSONEncoder().encode(progress), to: progressPath) }

    private func expectOwn(_ evaluation: String, _ path: String) throws {
        guard evaluation == record.evaluation else {
            throw InputError(
                path: path, expected: "a part of this model, split and precision (\(record.evaluation))",
                found: "one of another evaluation (\(evaluation))")
        }
    }

    static func read<Value: Decodable>(_ path: String) throws -> Value? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        guard let value = try? JSONDecoder().decode(Value.self, from: data) else {
            throw InputError(
                path: path, expected: "a part of an evaluation", found: "\(data.count) bytes of something else")
        }
        return value
    }
}
