import AsCLBase
import RetrievalData
import RetrievalModels
import TextEncoding
import Torch

/// The loss of one batch of (image, caption) pairs with its generated samples (docs/method.md, Loss).
struct BatchLoss {
    let configuration: TrainingConfiguration
    let samples: GeneratedSamples
    /// What it learns from besides, in methods that do.
    var phrases: PhraseSamples?
    /// Whose scores the model is to learn besides, if anybody's.
    var teacher: RetrievalModel?
    /// The temperature, where it is learnt.
    var temperature: LearnedTemperature?
    /// What makes keys, where steps compare with them.
    var momentum: Momentum?
    /// Processes that share each batch.
    var group: ProcessGroup?

    var model: RetrievalModel { samples.words.model }
    var split: RetrievalSplit { samples.split }

    /// What has to be told of generated samples that are cut, a line each.
    var notices: [String] {
        guard configuration.loss.kind == .contrastive, configuration.loss.positives,
            configuration.samples.positives != .short
        else { return [] }
        let (cut, all) = samples.longPositives(beyond: model.tokenLimit)
        return model.notices(cut: cut, of: all, "long positives")
    }

    /// L for the captions of a batch, all at once.
    /// - Parameters:
    ///   - scorer: The model's, as it is or `whileTraining`.
    ///   - epoch: Counted from zero; it decides what the triplet loss looks at.
    ///   - generator: What all chance of this step comes from.
    func callAsFunction(
        _ batch: [Int], of scorer: any PairScorer, epoch: Int, _ generator: inout SeededGenerator
    ) throws -> TrainingLoss.Value {
        try model.computing(in: configuration.training.precision) {
            switch configuration.phase(epoch: epoch) {
            case .tasks: return try taskValue(batch, scorer, epoch, &generator)
            case .graph: return try graphValue(batch, scorer, &generator)
            case .ranking: break
            }
            let value = try rankingValue(batch, scorer, epoch: epoch, &generator)
            return configuration.model.method == .tagsDC
                ? try withRefills(value, batch, scorer, &generator) : value
        }
    }

    private func rankingValue(
        _ batch: [Int], _ scorer: some PairScorer, epoch: Int, _ generator: inout SeededGenerator
    ) throws -> TrainingLoss.Value {
        switch configuration.loss.kind {
        case .mined: return try minedValue(batch, scorer, &generator)
        case .matching:
            let task = configuration.isWarmUp(epoch: epoch) ? LearningTask.everyPair : .ranking
            return try value(of: task, batch, scorer, &generator)
        case .momentum: return try keyedValue(batch, scorer, epoch, &generator)
        case .contrastive, .triplet: break
        }
        return try value(items(batch, scorer, &generator), scorer, trainingLoss(epoch: epoch))
    }

    func trainingLoss(epoch: Int) -> TrainingLoss {
        TrainingLoss(configuration, epoch: epoch, temperature: temperature)
    }

    /// Adds the gradients of L to the parameters'.
    /// - Parameter step: Counted from zero, for errors.
    /// - Throws: `TrainingError.diverged` instead where L is no number.
    func backward(
        _ batch: [Int], of scorer: any PairScorer, epoch: Int, step: Int, _ generator: inout SeededGenerator
    ) throws -> TrainingLoss.Value {
        if isInPieces(batch) {
            return try backward(
                batch, by: configuration.training.microBatchSize, trainingLoss(epoch: epoch), step: step, scorer,
                &generator)
        }
        let value = try self(batch, of: scorer, epoch: epoch, &generator)
        try expectNumber(value, step)
        try value.sum.backward()
        return value
    }

    /// Whether a batch is computed in several pieces.
    func isInPieces(_ batch: [Int]) -> Bool {
        let size = configuration.training.microBatchSize
        return size > 0 && size < batch.count
    }

    func expectNumber(_ value: TrainingLoss.Value, _ step: Int) throws {
        let loss = try value.sum.item()
        guard loss.isFinite else { throw TrainingError.diverged(step: step + 1, loss: loss) }
    }

    /// What the loss of a batch is computed of.
    struct Items {
        /// The image of each pair.
        let images: [Int]
        /// The pairs whose texts are here.
        let share: BatchShare
        /// Projected words of these, set by set.
        let texts: [TextBatch]
        /// The regions of each image that take part; nil where all do.
        let regions: [[Int]]?
        /// What the values follow from that are left out of each image's features; nil where all stay.
        let features: [UInt64]?
        let excluded: Tensor?
        let lesson: Tensor?
    }

    /// All chance of a step is drawn here, for all pairs wherever their texts are computed.
    func items(_ batch: [Int], _ scorer: some PairScorer, _ generator: inout SeededGenerator) throws -> Items {
        let images = batch.map { split.imageOfCaption[$0] }
        let tokens = try tokens(batch, &generator)
        let share = BatchShare(of: batch.indices.map { pair in tokens.reduce(0) { $0 + $1[pair].count } }, in: group)
        var lesson: Tensor?
        if let teacher, configuration.loss.distillation > 0 {
            lesson = try withoutGradients { try scores(teacher, teacher.scorer, batch, images, share) }
        }
        let texts = try texts(tokens, share.pairs, scorer, &generator)
        let drop = ItemDropout(configuration.training)
        return try Items(
            images: images, share: share,
            texts: texts.map { try drop.words($0.words, share.pairs, of: $0.lengths, &generator) },
            regions: drop.regions(split.regionCount, images: images.count, &generator),
            features: drop.features(images: images.count, &generator),
            excluded: RetrievalLoss.sameImageMask(images, device: model.device), lesson: lesson)
    }

    /// Features of some of the batch's images.
    func images(_ items: Items, _ pairs: Range<Int>) throws -> ImageBatch {
        var images = try model.images(split, Array(items.images[pairs]))
        if let regions = items.regions { images = try images.selecting(regions: Array(regions[pairs])) }
        guard let seeds = items.features else { return images }
        return try ItemDropout(configuration.training).features(images, Array(seeds[pairs]))
    }

    private func value(
        _ items: Items, _ scorer: some PairScorer, _ trainingLoss: TrainingLoss
    ) throws -> TrainingLoss.Value {
        try trainingLoss(
            images(items, items.images.indices), items.texts, scorer, excluded: items.excluded, lesson: items.lesson,
            share: items.share)
    }

    /// The teacher's scores of a batch's own captions.
    private func scores(
        _ teacher: RetrievalModel, _ scorer: some PairScorer, _ batch: [Int], _ imageOfPair: [Int], _ share: BatchShare
    ) throws -> Tensor {
        let images = try scorer.scorable(teacher.images(split, imageOfPair), in: .fp32)
        let words = try words(batch[share.pairs])
        return try share.whole([scorer.similarity(images, scorer.scorable(words, in: .fp32)).to(.float32)])[0]
    }

    /// Raw words of captions.
    func words(_ captions: some Sequence<Int>) throws -> TextBatch {
        try samples.words.words(of: captions.map { samples.tokens[$0] })
    }

    /// Tokens of T and, as the configuration asks, of T+. The triplet loss knows no generated samples.
    private func tokens(_ batch: [Int], _ generator: inout SeededGenerator) throws -> [[[Int32]]] {
        let captions = batch.map { samples.tokens[$0] }
        guard configuration.loss.kind == .contrastive, configuration.loss.positives else { return [captions] }
        return [captions, try samples.positives(batch, &generator)]
    }

    /// Projected words of the pairs `own` in T and, as the configuration asks, in T-, T+ and T+'s negatives, in this order,
    /// and how many words all pairs have there.
    private func texts(
        _ tokens: [[[Int32]]], _ own: Range<Int>, _ scorer: some PairScorer, _ generator: inout SeededGenerator
    ) throws -> [(words: TextBatch, lengths: [Int])] {
        var sets: [(TextBatch, [Int])] = []
        for tokens in tokens {
            let lengths = tokens.map(\.count)
            let clean = try scorer.project(samples.words.words(of: Array(tokens[own])))
            sets.append((clean, lengths))
            if configuration.loss.kind == .contrastive, configuration.loss.negatives {
                sets.append((try samples.negatives(tokens, own, clean: clean, &generator), lengths))
            }
        }
        return sets
    }
}
