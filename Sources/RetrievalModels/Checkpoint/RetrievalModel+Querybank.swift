package import RetrievalData
import TextEncoding
package import Torch

extension RetrievalModel {
    /// Fills the querybank by which the method's scores are normalised, if it has one, with vectors as the weights are now.
    /// - Parameters:
    ///   - split: The one that is trained on: images from all over it, each with one of its captions.
    ///   - group: Processes that share the work; all of them call the same.
    package func fillQuerybank(from split: RetrievalSplit, sharedBy group: ProcessGroup? = nil) throws {
        guard let scorer = scorer as? any QuerybankScorer, let bank = scorer.querybank else { return }
        let chosen = (0..<bank.size).map { $0 * split.imageCount / bank.size }
        let captions = chosen.enumerated().map { place, image in
            let own = split.captionsOfImage[image]
            return split.captions[own[place % own.count]]
        }
        let tokens = try tokenize(captions).map(\.ids)
        let parts = stride(from: 0, to: bank.size, by: Self.pairsAtOnce).map {
            $0..<min($0 + Self.pairsAtOnce, bank.size)
        }
        // Whole parts, so that the bits are those of one process.
        let size = group?.size ?? 1
        let shares = (0..<size).map { parts[parts.count * $0 / size..<parts.count * ($0 + 1) / size] }
        try withoutGradients {
            let none = try Tensor.zeros([0, scorer.vectorDimension], device: device)
            var (images, texts) = ([none], [none])
            for part in shares[group?.rank ?? 0] {
                images.append(try scorer.vectors(self.images(split, Array(chosen[part]))))
                texts.append(try scorer.vectors(encode(Array(tokens[part]))))
            }
            let counts = shares.map { $0.reduce(0) { $0 + $1.count } }
            func all(_ own: [Tensor]) throws -> Tensor {
                let own = try Tensor.concatenated(own)
                return try group?.gathered(rows: own, of: counts) ?? own
            }
            try bank.fill(images: all(images), texts: all(texts))
        }
    }

    private static let pairsAtOnce = 512
}
