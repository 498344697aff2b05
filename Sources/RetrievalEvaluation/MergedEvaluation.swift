import ArrayFiles
import AsCLBase
import Foundation

/// The parts of an evaluation that several processes made, ranked as one.
package struct MergedEvaluation {
    private struct Part {
        let record: EvaluationShard.Record
        let scores: NumpyArray
    }

    private let truth: GroundTruth
    private let parts: [Part]

    /// Opens the parts that a folder holds; they have to be all of one evaluation.
    package init(folder: String) throws {
        try Folder.expect(folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        let found = names.compactMap { name -> (stem: String, shard: Shard)? in
            guard let match = name.wholeMatch(of: /(\d+)-of-(\d+)\.npy/), let index = Int(match.1),
                let count = Int(match.2), let shard = Shard(index: index, count: count)
            else { return nil }
            return ("\(folder)/\(match.1)-of-\(match.2)", shard)
        }.sorted { $0.shard.index < $1.shard.index }
        guard let first = found.first else {
            throw InputError(
                path: folder, place: "parts", expected: "files such as 2-of-3.npy",
                found: "none: `ascl evaluate --shard` makes them")
        }
        let missing = Set(1...first.shard.count).subtracting(found.map(\.shard.index)).sorted()
        let counts = Set(found.map(\.shard.count)).sorted()
        guard counts.count == 1, missing.isEmpty else {
            throw InputError(
                path: folder, place: "parts", expected: "all of \(first.shard.count)",
                found: counts.count > 1
                    ? "parts of " + counts.map(String.init).joined(separator: " and of ")
                    : "all but " + missing.map(String.init).joined(separator: ", "))
        }
        parts = try found.map { try Self.part($0.stem) }
        let record = parts[0].record
        if let other = zip(found, parts).first(where: { $1.record.evaluation != record.evaluation }) {
            throw InputError(
                path: other.0.stem + ".json", expected: "a part of the evaluation \(record.evaluation)",
                found: "one of \(other.1.record.evaluation)")
        }
        truth = try GroundTruth(imageOfCaption: record.imageOfCaption, imageCount: record.imageCount)
    }

    private static func part(_ stem: String) throws -> Part {
        guard let record: EvaluationShard.Record = try EvaluationShard.read(stem + ".json") else {
            throw InputError(
                path: stem + ".json", place: "opening", expected: "what \(stem).npy is a part of", found: "no file")
        }
        let scores = try NumpyArray(path: stem + ".npy")
        let shape = [record.images.count, record.imageOfCaption.count]
        guard scores.elementType == .float32, scores.shape == shape else {
            throw InputError(
                path: scores.path, place: "header", expected: "float32 \(shape)",
                found: "\(scores.elementType) \(scores.shape)")
        }
        return Part(record: record, scores: scores)
    }

    /// Ranks of every query both ways, by the scores of all parts.
    /// - Throws: `InputError` where the parts do not make up the whole, or a score is no number.
    package func ranks() throws -> RetrievalRanks {
        var accumulator = RankAccumulator(truth: truth)
        // Right pairs first, whichever part has them.
        let pieces = parts.map { truth.blocks(images: 128, captions: 4096, of: $0.record.images) }
        for wantsRight in [true, false] {
            for (part, blocks) in zip(parts, pieces) {
                for block in blocks where holdsRightPair(block) == wantsRight {
                    try accumulator.add(Self.scores(part, block), block: block)
                }
            }
        }
        return try accumulator.ranks()
    }

    private func holdsRightPair(_ block: ScoreBlock) -> Bool {
        truth.captionsOfImage[block.images].contains { $0.contains(where: block.captions.contains) }
    }

    private static func scores(_ part: Part, _ block: ScoreBlock) -> [Float] {
        let columns = part.record.imageOfCaption.count
        var scores: [Float] = []
        scores.reserveCapacity(block.count)
        for image in block.images {
            let row = (image - part.record.images.lowerBound) * columns
            for caption in block.captions {
                scores.append(
                    part.scores.bytes.loadUnaligned(
                        fromByteOffset: (row + caption) * MemoryLayout<Float>.stride, as: Float.self))
            }
        }
        return scores
    }
}
