import FeatureExtraction
import RetrievalModels
import Synchronization
import TextEncoding
import Torch

/// Scores pictures with sentences, whatever the method.
protocol PictureScoring: Sendable {
    /// S of pictures and texts, a row of all texts a picture; pictures without features have none.
    /// - Parameters:
    ///   - records: Gives the features of pictures that are not ready yet, as they are kept, as far as there are any.
    ///   - features: What is in them.
    func scores(
        of pictures: [Int64], _ words: TextBatch, records: ([Int64]) throws -> [Int64: PictureRecord],
        features: (PictureRecord) throws -> ImageBatch
    ) throws -> [Int64: [Float]]
}

/// Keeps what a method makes of a picture, for those that were asked for last: it costs many times what the score does.
///
/// Each picture is made ready by itself, so that not a bit of its score depends on what else is in a list.
final class PreparedPictures<Scorer: PairScorer>: PictureScoring {
    private struct Kept {
        var pictures: [Int64: (images: Scorer.Images, lastUse: Int)] = [:]
        var uses = 0
    }

    private let scorer: Scorer
    private let precision: Precision
    private let most: Int
    private let kept = Mutex(Kept())

    /// Pictures scored at once.
    private let atOnce = 128

    /// - Parameters:
    ///   - regions: Of a picture.
    ///   - budget: Bytes that may be kept.
    init(_ scorer: Scorer, in precision: Precision, regions: Int, budget: Int) {
        self.scorer = scorer
        self.precision = precision
        most = max(atOnce, budget / scorer.scorableBytes(regions: regions, in: precision))
    }

    func scores(
        of pictures: [Int64], _ words: TextBatch, records: ([Int64]) throws -> [Int64: PictureRecord],
        features: (PictureRecord) throws -> ImageBatch
    ) throws -> [Int64: [Float]] {
        let texts = try scorer.scorable(words, in: precision)
        let count = words.lengths.count
        var scores: [Int64: [Float]] = [:]
        for start in stride(from: 0, to: pictures.count, by: atOnce) {
            let part = pictures[start..<min(start + atOnce, pictures.count)]
            var images = ready(part)
            let missing = part.filter { images[$0] == nil }
            for (id, record) in missing.isEmpty ? [:] : try records(missing) {
                images[id] = try makeReady(features(record), id)
            }
            let present = part.compactMap { id in images[id].map { (id, $0) } }
            guard !present.isEmpty else { continue }
            let joined = try Scorer.joined(present.map(\.1))
            var block = try scorer.similarity(joined, texts).to(.float32).array(Float.self)[...]
            for (id, _) in present {
                scores[id] = Array(block.prefix(count))
                block = block.dropFirst(count)
            }
        }
        return scores
    }

    /// Those of some pictures that are kept.
    private func ready(_ pictures: ArraySlice<Int64>) -> [Int64: Scorer.Images] {
        kept.withLock { kept in
            var images: [Int64: Scorer.Images] = [:]
            for id in pictures {
                kept.uses += 1
                kept.pictures[id]?.lastUse = kept.uses
                images[id] = kept.pictures[id]?.images
            }
            return images
        }
    }

    private func makeReady(_ raw: ImageBatch, _ id: Int64) throws -> Scorer.Images {
        let made = try scorer.scorable(raw, in: precision)
        kept.withLock { kept in
            if kept.pictures.count >= most {
                let uses = kept.pictures.values.map(\.lastUse).sorted()
                let limit = uses[uses.count / 4]
                kept.pictures = kept.pictures.filter { $0.value.lastUse > limit }
            }
            kept.pictures[id] = (made, kept.uses)
        }
        return made
    }
}
