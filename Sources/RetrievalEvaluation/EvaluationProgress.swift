import ArrayFiles
import AsCLBase
import Foundation
package import RetrievalData
package import RetrievalModels
import Torch
import TorchNN

/// What an evaluation has come to, in a folder, so that after a kill the same evaluation goes on behind its last whole
/// blocks: `progress.json`, and the captions' word vectors in `words.npy`.
package struct EvaluationProgress {
    /// Where finished word vectors are kept.
    package let wordsFile: String
    /// What the ranks have come to.
    package private(set) var ranks: RankAccumulator
    private let path: String
    private let fingerprint: String
    private var saved = Date.distantPast
    /// Seconds between two times of writing: at least so many, and many times what it takes, for scores that are held
    /// until their query's right items have come are written too.
    var interval = 5.0

    private struct Record: Codable {
        let evaluation: String
        let ranks: RankAccumulator.State
    }

    /// Opens the folder, or makes it.
    /// - Throws: `InputError` when it holds the progress of another model, split or precision.
    package init(folder: String, _ model: RetrievalModel, _ split: RetrievalSplit, in precision: Precision) throws {
        let truth = try GroundTruth(imageOfCaption: split.imageOfCaption, imageCount: split.imageCount)
        try Folder.make(folder)
        var digests = FileDigests(cache: folder + "/data-digests.json")
        fingerprint = try Self.fingerprint(model, split, precision, &digests)
        path = folder + "/progress.json"
        wordsFile = folder + "/words.npy"
        ranks = RankAccumulator(truth: truth)
        guard let data = FileManager.default.contents(atPath: path) else {
            // Word vectors without a record of what they are of are no use.
            try? FileManager.default.removeItem(atPath: wordsFile)
            try write()
            return
        }
        guard let record = try? JSONDecoder().decode(Record.self, from: data) else {
            throw InputError(
                path: path, expected: "the progress of an evaluation", found: "\(data.count) bytes of something else")
        }
        guard record.evaluation == fingerprint else {
            throw InputError(
                path: path, expected: "progress of this model, split and precision (\(fingerprint))",
                found: "that of another evaluation (\(record.evaluation))")
        }
        ranks = try RankAccumulator(truth: truth, continuing: record.ranks)
    }

    /// Takes what the ranks have come to, and writes it down now and then and when they are complete: a kill loses some
    /// seconds of work.
    package mutating func save(_ ranks: RankAccumulator) throws {
        self.ranks = ranks
        guard ranks.isComplete || Date.now.timeIntervalSince(saved) > interval else { return }
        let start = Date.now
        try write()
        saved = .now
        if interval > 0 { interval = max(5, 40 * saved.timeIntervalSince(start)) }
    }

    private func write() throws {
        try AtomicFile.write(JSONEncoder().encode(Record(evaluation: fingerprint, ranks: ranks.state)), to: path)
    }

    /// A digest of all that scores depend on.
    static func fingerprint(
        _ model: RetrievalModel, _ split: RetrievalSplit, _ precision: Precision, _ files: inout FileDigests
    ) throws -> String {
        var digest = Digest()
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        digest.add(try encoder.encode(model.configuration))
        digest.add(Data(precision.rawValue.utf8))
        for (name, tensor) in model.parameters.all + model.textEncoder.parameters.all {
            digest.add(Data(name.utf8))
            try tensor.to(device: .cpu).contiguous().withBytes { digest.add($0) }
        }
        digest.add(split.captionsDigest)
        digest.add(try split.featuresDigest(&files))
        return digest.description
    }
}
