package import RetrievalModels
package import TextEncoding
package import Torch

/// The loss of images against their captions and the samples generated from these (docs/method.md, Loss).
package struct TrainingLoss {
    private let loss: TrainingConfiguration.LossSection
    private let precision: Precision

    package init(_ configuration: TrainingConfiguration) {
        (loss, precision) = (configuration.loss, configuration.training.precision)
    }

    /// L of N images and N texts a set.
    /// - Parameters:
    ///   - images: Features as the data has them.
    ///   - texts: Projected words of T and, as the configuration asks, of T-, T+ and T+'s negatives, in this order. Text i
    ///     of each set belongs to image i.
    ///   - excluded: `[N, N]`, true where image and text of different pairs are no wrong pair.
    ///   - lesson: `[N, N]`, a teacher's scores of T.
    package func callAsFunction(
        _ images: ImageBatch, _ texts: [TextBatch], _ scorer: some PairScorer, excluded: Tensor? = nil,
        lesson: Tensor? = nil
    ) throws -> Tensor {
        let images = try scorer.scorable(images, in: precision)
        // One product with all sets of texts: the images' side is then computed once.
        let all = try scorer.scorable(projected: .joined(texts), in: precision)
        let scores = try scorer.similarity(images, all).to(.float32)
        let count = scores.shape[0]
        let parts = try texts.indices.map { try scores.sliced(1, $0 * count..<($0 + 1) * count) }
        var extras: [Tensor] = []
        if loss.sparsity > 0, let penalty = try scorer.penalty(images, all) {
            extras.append(try penalty * loss.sparsity)
        }
        if let lesson {
            let missed = try DistillationLoss.divergence(
                parts[0], from: lesson, temperatures: (loss.temperature, loss.temperature), excluded: excluded)
            extras.append(try missed * loss.distillation)
        }
        let sum = try loss(of: parts, excluded)
        // In this order: another one rounds otherwise, and runs would no longer repeat to the digit.
        guard let first = extras.first else { return sum }
        return try sum + extras.dropFirst().reduce(first) { try $0 + $1 }
    }

    /// The loss of the scores of T, T-, T+ and T+'s negatives, those of them that there are.
    private func loss(of parts: [Tensor], _ excluded: Tensor?) throws -> Tensor {
        if loss.kind == .triplet {
            return try RetrievalLoss.triplet(parts[0], margin: loss.margin, excluded: excluded)
        }
        func contrastive(_ first: Int) throws -> Tensor {
            try RetrievalLoss.contrastive(
                parts[first], negatives: loss.negatives ? parts[first + 1] : nil, temperature: loss.temperature,
                excluded: excluded)
        }
        guard loss.positives else { return try contrastive(0) }
        return try (contrastive(0) + contrastive(loss.negatives ? 2 : 1)) * 0.5
    }
}
