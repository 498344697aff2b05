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

    /// What has to be told of generated samples that are cut, a line each.
    var notices: [String] {
        guard configuration.loss.kind == .contrastive, configuration.loss.positives,
            configuration.samples.positives != .short
        else { return [] }
        let (cut, all) = samples.longPositives(beyond: model.tokenLimit)
        return model.notices(cut: cut, of: all, "long positives")
    }

    /// L for the captions of a batch.
    /// - Parameter generator: What all chance of this step comes from.
    func callAsFunction(_ batch: [Int], _ generator: inout SeededGenerator) throws -> Tensor {
        try model.computing(in: configuration.training.precision) { try loss(batch, model.scorer, &generator) }
    }

    private func loss(_ batch: [Int], _ scorer: some PairScorer, _ generator: inout SeededGenerator) throws -> Tensor {
        let imageOfPair = batch.map { split.imageOfCaption[$0] }
        var lesson: Tensor?
        if let teacher, configuration.loss.distillation > 0 {
            lesson = try withoutGradients { try scores(teacher, teacher.scorer, batch, imageOfPair) }
        }
        return try TrainingLoss(configuration)(
            model.images(split, imageOfPair), texts(batch, scorer, &generator), scorer,
            excluded: RetrievalLoss.sameImageMask(imageOfPair, device: model.device), lesson: lesson)
    }

    /// The teacher's scores of a batch's own captions.
    private func scores(
        _ teacher: RetrievalModel, _ scorer: some PairScorer, _ batch: [Int], _ imageOfPair: [Int]
    ) throws -> Tensor {
        let images = try scorer.scorable(teacher.images(split, imageOfPair), in: .fp32)
        let words = try words(batch)
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
