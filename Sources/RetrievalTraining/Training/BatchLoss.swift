import AsCLBase
import RetrievalData
import RetrievalModels
import TextEncoding
import Torch

/// The loss of one batch of (image, caption) pairs with its generated samples (docs/method.md, Loss).
struct BatchLoss {
    let configuration: TrainingConfiguration
    let samples: GeneratedSamples
    /// Whose scores the model is to learn besides, if anybody's.
    var teacher: RetrievalModel?

    private var model: RetrievalModel { samples.words.model }
    private var split: RetrievalSplit { samples.split }

    /// L for the captions of a batch.
    /// - Parameter generator: What all chance of this step comes from.
    func callAsFunction(_ batch: [Int], _ generator: inout SeededGenerator) throws -> Tensor {
        try model.computing(in: configuration.training.precision) { try loss(batch, model.scorer, &generator) }
    }

    private func loss(_ batch: [Int], _ scorer: some PairScorer, _ generator: inout SeededGenerator) throws -> Tensor {
        let imageOfPair = batch.map { split.imageOfCaption[$0] }
        let precision = configuration.training.precision
        let images = try scorer.scorable(model.images(split, imageOfPair), in: precision)
        let excluded = try RetrievalLoss.sameImageMask(imageOfPair, device: model.device)
        let sets = try texts(batch, scorer, &generator)
        // One product with all sets of texts: the images' side is then computed once.
        let all = try scorer.scorable(projected: .joined(sets), in: precision)
        let scores = try scorer.similarity(images, all).to(.float32)
        let parts = try sets.indices.map { try scores.sliced(1, $0 * batch.count..<($0 + 1) * batch.count) }
        var extra: Tensor?
        if configuration.loss.sparsity > 0, let penalty = try scorer.penalty(images, all) {
            extra = try penalty * configuration.loss.sparsity
        }
        if let teacher, configuration.loss.distillation > 0 {
            let lesson = try divergence(parts[0], from: teacher, batch, excluded) * configuration.loss.distillation
            extra = try extra.map { try $0 + lesson } ?? lesson
        }
        let loss = try loss(parts, excluded)
        return try extra.map { try loss + $0 } ?? loss
    }

    /// The loss of the scores of T, T-, T+ and T+'s negatives, those of them that there are.
    private func loss(_ parts: [Tensor], _ excluded: Tensor?) throws -> Tensor {
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

    /// What the scores of a batch's own captions still lack of the teacher's ranking.
    private func divergence(
        _ student: Tensor, from teacher: RetrievalModel, _ batch: [Int], _ excluded: Tensor?
    ) throws -> Tensor {
        let target = try withoutGradients {
            try scores(teacher, teacher.scorer, words(batch), batch)
        }
        let temperature = configuration.loss.temperature
        return try DistillationLoss.divergence(
            student, from: target, temperatures: (temperature, temperature), excluded: excluded)
    }

    private func scores(
        _ model: RetrievalModel, _ scorer: some PairScorer, _ words: TextBatch, _ batch: [Int]
    ) throws -> Tensor {
        let images = try scorer.scorable(model.images(split, batch.map { split.imageOfCaption[$0] }), in: .fp32)
        return try scorer.similarity(images, scorer.scorable(words, in: .fp32)).to(.float32)
    }

    /// Raw words of captions.
    private func words(_ captions: [Int]) throws -> TextBatch {
        try samples.words.words(of: captions.map { samples.tokens[$0] })
    }

    /// Projected words of T and, as the configuration asks, of T-, T+ and T+'s negatives, in this order. The triplet
    /// loss knows no generated samples.
    private func texts(
        _ batch: [Int], _ scorer: some PairScorer, _ generator: inout SeededGenerator
    ) throws -> [TextBatch] {
        let contrastive = configuration.loss.kind == .contrastive
        let clean = try scorer.project(words(batch))
        var sets = [clean]
        if contrastive && configuration.loss.negatives {
            let tokens = batch.map { samples.tokens[$0] }
            sets.append(try samples.negatives(tokens, clean: clean, &generator))
        }
        if contrastive && configuration.loss.positives {
            let tokens = try samples.positives(batch, &generator)
            let positives = try scorer.project(samples.words.words(of: tokens))
            sets.append(positives)
            if configuration.loss.negatives {
                sets.append(try samples.negatives(tokens, clean: positives, &generator))
            }
        }
        return sets
    }
}
