package import RetrievalData
package import RetrievalModels
import TextEncoding
import Torch

/// A split's images made ready to be scored, once, for any number of sentences.
///
/// All that the method makes of an image is held: at the paper's sizes (36 regions, 1,024 dimensions) some 300 KB each.
package struct PreparedImages: Sendable {
    private let model: RetrievalModel
    private let score: @Sendable (TextBatch) throws -> [[Float]]

    /// Makes every image of a split ready.
    package init(_ model: RetrievalModel, _ split: RetrievalSplit) throws {
        self.model = model
        score = try withoutGradients { try Self.prepared(model, split, model.scorer) }
    }

    /// S `[sentences][images]`: every pair from that pair alone.
    package func scores(of sentences: [String]) throws -> [[Float]] {
        try withoutGradients {
            var scores: [[Float]] = []
            for start in stride(from: 0, to: sentences.count, by: 512) {
                let part = Array(sentences[start..<min(start + 512, sentences.count)])
                scores += try score(model.encode(model.tokenize(part).map(\.ids)))
            }
            return scores
        }
    }

    private static func prepared<Scorer: PairScorer>(
        _ model: RetrievalModel, _ split: RetrievalSplit, _ scorer: Scorer
    ) throws -> @Sendable (TextBatch) throws -> [[Float]] {
        let parts = try stride(from: 0, to: split.imageCount, by: 128).map { start in
            let images = Array(start..<min(start + 128, split.imageCount))
            return try scorer.scorable(model.images(split, images), in: .fp32)
        }
        return { words in
            let texts = try scorer.scorable(words, in: .fp32)
            var scores = [[Float]](repeating: [], count: words.lengths.count)
            for part in parts {
                let block = try scorer.similarity(part, texts).to(.float32)
                let (images, values) = (block.shape[0], try block.array(Float.self))
                for text in scores.indices { scores[text] += (0..<images).map { values[$0 * scores.count + text] } }
            }
            return scores
        }
    }
}

extension RetrievalModel {
    /// S of one image of a split with texts, in their order.
    package func scores(ofImage image: Int, in split: RetrievalSplit, with texts: [[Int32]], _ words: WordSource) throws
        -> [Float]
    {
        try withoutGradients { try scores(ofImage: image, in: split, with: texts, words, scorer) }
    }

    private func scores(
        ofImage image: Int, in split: RetrievalSplit, with texts: [[Int32]], _ words: WordSource,
        _ scorer: some PairScorer
    ) throws -> [Float] {
        let prepared = try scorer.scorable(images(split, [image]), in: .fp32)
        var scores: [Float] = []
        for start in stride(from: 0, to: texts.count, by: 640) {
            let part = Array(texts[start..<min(start + 640, texts.count)])
            scores += try scorer.similarity(prepared, scorer.scorable(words.words(of: part), in: .fp32))
                .to(.float32).array(Float.self)
        }
        return scores
    }
}
