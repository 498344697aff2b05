import Foundation
import RetrievalData
import RetrievalEvaluation

/// What a few sentences of the validation split find, taken from the scores of the validation itself.
struct SampleRetrievals {
    /// A sentence and the images that it finds.
    struct Retrieval: Sendable, Equatable {
        let sentence: String
        /// The rank of the sentence's own image; a tie counts against it.
        let rank: Int
        /// The best first.
        let hits: [Hit]
    }

    /// An image that was found.
    struct Hit: Sendable, Equatable {
        let image: Int
        let name: String
        let score: Float
        /// Whether it is the sentence's own.
        let isRight: Bool
    }

    /// How many sentences, and images of each.
    private static let (sentences, top) = (5, 4)

    private let split: RetrievalSplit
    /// One caption each of images from all over the split.
    private let captions: [Int]
    private var scores: [[Float]]

    init(_ split: RetrievalSplit) {
        self.split = split
        let count = min(Self.sentences, split.imageCount)
        captions = (0..<count).compactMap { split.captionsOfImage[$0 * split.imageCount / count].first }
        scores = captions.map { _ in [Float](repeating: -.infinity, count: split.imageCount) }
    }

    /// Takes in a block of scores, `[block.images, block.captions]`.
    mutating func add(_ block: ScoreBlock, _ part: [Float]) {
        for (place, caption) in captions.enumerated() where block.captions.contains(caption) {
            let column = caption - block.captions.lowerBound
            for (row, image) in block.images.enumerated() {
                scores[place][image] = part[row * block.captions.count + column]
            }
        }
    }

    /// Once all blocks are in.
    var retrievals: [Retrieval] {
        zip(captions, scores).map { caption, scores in
            let own = split.imageOfCaption[caption]
            let best = scores.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }.prefix(Self.top)
            return Retrieval(
                sentence: split.captions[caption], rank: scores.count { $0 >= scores[own] },
                hits: best.map {
                    Hit(
                        image: $0, name: split.imageNames?[$0] ?? "image \($0)", score: scores[$0],
                        isRight: $0 == own)
                })
        }
    }
}

extension [SampleRetrievals.Retrieval] {
    /// A table in Markdown: a sentence a row, its own image's rank, and what it finds; its own image in bold.
    var markdown: String {
        let rows = map { retrieval in
            let hits = retrieval.hits.map { hit in
                let text = "\(hit.name.forMarkdown) (\(String(format: "%.3f", hit.score)))"
                return hit.isRight ? "**\(text)**" : text
            }
            return "| \(retrieval.sentence.forMarkdown) | \(retrieval.rank) | \(hits.joined(separator: ", ")) |"
        }
        return (["| sentence | rank | images |", "|---|---|---|"] + rows).joined(separator: "\n")
    }
}

extension String {
    /// On one line and without signs that a table of Markdown takes for its own.
    fileprivate var forMarkdown: String {
        map { $0.isNewline ? " " : "|*_`<[\\".contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}
