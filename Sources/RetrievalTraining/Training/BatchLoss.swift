import AsCLModel
import RetrievalData
import TextEncoding
import Torch

/// The loss of one batch of (image, caption) pairs with its generated samples (spec section 5).
struct BatchLoss {
    let configuration: TrainingConfiguration
    let samples: GeneratedSamples

    private var model: RetrievalModel { samples.captions.model }
    private var split: RetrievalSplit { samples.split }

    /// L for the captions of a batch.
    /// - Parameter generator: What all chance of this step comes from.
    func callAsFunction(_ batch: [Int], _ generator: inout SeededGenerator) throws -> Tensor {
        try model.computing(in: configuration.training.precision) { try loss(batch, &generator) }
    }

    private func loss(_ batch: [Int], _ generator: inout SeededGenerator) throws -> Tensor {
        let imageOfPair = batch.map { split.imageOfCaption[$0] }
        let precision = configuration.training.precision
        let images = try model.ascl.scorable(model.images(split, imageOfPair), in: precision)
        let excluded = try RetrievalLoss.sameImageMask(imageOfPair, device: model.device)
        let sets = try texts(batch, &generator)
        // One product with all sets of texts: the images' side is then computed once.
        let all = try model.ascl.scorable(projected: .joined(sets), in: precision)
        let scores = try model.ascl.similarity(images, all).to(.float32)
        let parts = try sets.indices.map { try scores.sliced(1, $0 * batch.count..<($0 + 1) * batch.count) }
        if configuration.loss.kind == .triplet {
            return try RetrievalLoss.triplet(parts[0], margin: configuration.loss.margin, excluded: excluded)
        }
        let withNegatives = configuration.loss.negatives
        func contrastive(_ first: Int) throws -> Tensor {
            try RetrievalLoss.contrastive(
                parts[first], negatives: withNegatives ? parts[first + 1] : nil,
                temperature: configuration.loss.temperature, excluded: excluded)
        }
        guard configuration.loss.positives else { return try contrastive(0) }
        return try (contrastive(0) + contrastive(withNegatives ? 2 : 1)) * 0.5
    }

    /// Projected words of T and, as the configuration asks, of T-, T+ and T+'s negatives, in this order. The triplet
    /// loss knows no generated samples.
    private func texts(_ batch: [Int], _ generator: inout SeededGenerator) throws -> [TextBatch] {
        let contrastive = configuration.loss.kind == .contrastive
        let clean = try model.ascl.project(samples.captions.words(ofCaptions: batch))
        var sets = [clean]
        if contrastive && configuration.loss.negatives {
            let tokens = batch.map { samples.captions.tokens[$0] }
            sets.append(try samples.negatives(tokens, clean: clean, &generator))
        }
        if contrastive && configuration.loss.positives {
            let tokens = try samples.positives(batch, &generator)
            let positives = try model.ascl.project(samples.captions.words(ofTokens: tokens))
            sets.append(positives)
            if configuration.loss.negatives {
                sets.append(try samples.negatives(tokens, clean: positives, &generator))
            }
        }
        return sets
    }
}
