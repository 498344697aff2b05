public import AsCLModel
public import RetrievalData
import Torch

extension RetrievalModel {
    /// S of chosen pairs of a split's images and any texts, in their order.
    public func scores(
        of pairs: [(image: Int, text: String)], in split: RetrievalSplit
    ) throws -> [Float] {
        try withoutGradients {
            var scores: [Float] = []
            // A block scores all its images with all its texts; only the diagonal was asked for, so blocks are small.
            for start in stride(from: 0, to: pairs.count, by: 32) {
                let part = pairs[start..<min(start + 32, pairs.count)]
                let images = try ascl.scorable(self.images(split, part.map(\.image)))
                let texts = try ascl.scorable(encode(tokenize(part.map(\.text)).map(\.ids)))
                scores += try ascl.similarity(images, texts).diagonal().to(.float32).array(Float.self)
            }
            return scores
        }
    }
}
