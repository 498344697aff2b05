import FeatureExtraction
import RetrievalModels
import Synchronization
import TextEncoding
import Torch

/// Scores pictures with sentences, whatever the method.
protocol PictureScoring: Sendable {
    /// S of pictures and texts, a row of all texts a picture. `features` gives a picture's raw ones where they are needed.
    func scores(
        of pictures: [(id: Int64, record: BlockReader.Record)], _ words: TextBatch,
        features: (BlockReader.Record) throws -> ImageBatch
    ) throws -> [[Float]]
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
        of pictures: [(id: Int64, record: BlockReader.Record)], _ words: TextBatch,
        features: (BlockReader.Record) throws -> ImageBatch
    ) throws -> [[Float]] {
        let texts = try scorer.scorable(words, in: precision)
        let count = words.lengths.count
        var scores: [[Float]] = []
        for start in stride(from: 0, to: pictures.count, by: atOnce) {
            let part = pictures[start..<min(start + atOnce, pictures.count)]
            var images: [Scorer.Images] = []
            for picture in part { images.append(try prepared(picture.id) { try features(picture.record) }) }
            let block = try scorer.similarity(Scorer.joined(images), texts).to(.float32).array(Float.self)
            scores += stride(from: 0, to: block.count, by: count).map { Array(block[$0..<$0 + count]) }
        }
        return scores
    }

    private func prepared(_ id: Int64, _ features: () throws -> ImageBatch) throws -> Scorer.Images {
        let known = kept.withLock { kept -> Scorer.Images? in
            kept.uses += 1
            kept.pictures[id]?.lastUse = kept.uses
            return kept.pictures[id]?.images
        }
        if let known { return known }
        let made = try scorer.scorable(features(), in: precision)
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
