package import RetrievalData
package import RetrievalModels
import TextEncoding
import Torch

extension RetrievalModel {
    /// S of chosen pairs of a split's images and any texts, in their order.
    /// - Parameter wordsFile: Where the texts' word vectors stay to be used again for the same texts.
    package func scores(
        of pairs: [(image: Int, text: String)], in split: RetrievalSplit, wordsFile: String? = nil,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> [Float] {
        try withoutGradients {
            let tokens = try tokenize(pairs.map(\.text)).map(\.ids)
            let words = try WordSource(self, keeping: tokens, in: wordsFile, progress: progress)
            return try scores(of: pairs.map(\.image), tokens, words, in: split, scorer)
        }
    }

    private func scores(
        of images: [Int], _ tokens: [[Int32]], _ words: WordSource, in split: RetrievalSplit, _ scorer: some PairScorer
    ) throws -> [Float] {
        var scores: [Float] = []
        // A block scores all its images with all its texts; only the diagonal was asked for, so blocks are small.
        for start in stride(from: 0, to: images.count, by: 32) {
            let part = start..<min(start + 32, images.count)
            let prepared = try scorer.scorable(self.images(split, Array(images[part])), in: .fp32)
            let own = try scorer.scorable(words.words(of: Array(tokens[part])), in: .fp32)
            scores += try scorer.similarity(prepared, own).diagonal().to(.float32).array(Float.self)
        }
        return scores
    }

    /// S of a sentence with every image of a split.
    package func scores(of sentence: String, with split: RetrievalSplit) throws -> [Float] {
        try withoutGradients { try scores(of: sentence, with: split, scorer) }
    }

    private func scores(
        of sentence: String, with split: RetrievalSplit, _ scorer: some PairScorer
    ) throws -> [Float] {
        let query = try scorer.scorable(encode(tokenize([sentence]).map(\.ids)), in: .fp32)
        var scores: [Float] = []
        for start in stride(from: 0, to: split.imageCount, by: 128) {
            let indices = Array(start..<min(start + 128, split.imageCount))
            let images = try scorer.scorable(self.images(split, indices), in: .fp32)
            scores += try scorer.similarity(images, query).to(.float32).array(Float.self)
        }
        return scores
    }
}
