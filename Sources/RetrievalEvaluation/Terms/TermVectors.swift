import AsCLBase
package import RetrievalModels
import Torch

/// A split's images and captions as a method of terms has them: vectors of weights, with every term that weighs something.
package struct TermVectors: Sendable {
    /// One an image.
    package let images: SparseVectors
    /// One a caption.
    package let captions: SparseVectors
    /// The token that each term is called after.
    package let tokens: [Int]
}

extension TermVectors {
    /// Makes them.
    /// - Throws: `InputError` where the model's vectors are no weights of terms.
    package init(_ evaluator: Evaluator) throws {
        guard let scorer = evaluator.model.scorer as? any TermScorer else {
            throw InputError(
                path: "model", place: "architecture", expected: "lexlip or lexicon, whose vectors are weights of terms",
                found: evaluator.model.configuration.method.rawValue)
        }
        tokens = scorer.termTokens
        (images, captions) = try withoutGradients { try Self.vectors(scorer, evaluator) }
    }

    private static func vectors(
        _ scorer: some TermScorer, _ evaluator: Evaluator
    ) throws -> (SparseVectors, SparseVectors) {
        var images = SparseVectors(width: scorer.termCount)
        var captions = images
        for start in stride(from: 0, to: evaluator.split.imageCount, by: 64) {
            let part = Array(start..<min(start + 64, evaluator.split.imageCount))
            let weights = try scorer.scorable(evaluator.model.images(evaluator.split, part), in: .fp32)
            try images.append(dense: weights.to(device: .cpu).array())
        }
        try evaluator.forEachTexts(by: 256) { words in
            try captions.append(dense: scorer.scorable(words, in: .fp32).to(device: .cpu).array())
        }
        return (images, captions)
    }
}
