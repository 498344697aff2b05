package import RetrievalData
import TextEncoding
import Torch

extension RetrievalModel {
    /// Fills the querybank by which the method's scores are normalised, if it has one, with vectors as the weights are now.
    /// - Parameter split: The one that is trained on: images from all over it, each with one of its captions.
    package func fillQuerybank(from split: RetrievalSplit) throws {
        guard let scorer = scorer as? any QuerybankScorer, let bank = scorer.querybank else { return }
        let chosen = (0..<bank.size).map { $0 * split.imageCount / bank.size }
        let captions = chosen.enumerated().map { place, image in
            let own = split.captionsOfImage[image]
            return split.captions[own[place % own.count]]
        }
        let tokens = try tokenize(captions).map(\.ids)
        try withoutGradients {
            var (images, texts): ([Tensor], [Tensor]) = ([], [])
            for start in stride(from: 0, to: bank.size, by: Self.pairsAtOnce) {
                let part = start..<min(start + Self.pairsAtOnce, bank.size)
                images.append(try scorer.vectors(self.images(split, Array(chosen[part]))))
                texts.append(try scorer.vectors(encode(Array(tokens[part]))))
            }
            try bank.fill(images: .concatenated(images), texts: .concatenated(texts))
        }
    }

    private static let pairsAtOnce = 512
}
