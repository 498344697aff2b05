import AsCLBase
import RetrievalModels
import Torch

// A step that is not made of the scores of a batch's pairs.
extension BatchLoss {
    /// L of one of the method's own tasks, drawn by `pretraining`'s weights.
    /// - Parameter epoch: From 0.
    func taskValue(
        _ batch: [Int], _ scorer: some PairScorer, _ epoch: Int, _ generator: inout SeededGenerator
    ) throws -> TrainingLoss.Value {
        if let learner = scorer as? any MomentumLearner, learner.pretrainsWithKeys {
            return try keyedValue(batch, scorer, epoch, &generator)
        }
        let drawn = configuration.pretraining.task(of: scorer.tasks, &generator)
        guard let task = scorer is LexLIP && epoch < configuration.pretraining.head ? .words : drawn else {
            throw TorchError(operation: "pretraining", reason: "no task")
        }
        return try value(of: task, batch, scorer, &generator)
    }

    /// L of a task.
    func value(
        of task: LearningTask, _ batch: [Int], _ scorer: some PairScorer, _ generator: inout SeededGenerator
    ) throws -> TrainingLoss.Value {
        try TrainingLoss.Value(scorer.terms(of: task, on: pairs(batch, withClasses: task == .classes), &generator))
    }

    /// A batch as the data has it.
    func pairs(_ batch: [Int], withClasses: Bool = false) throws -> PairBatch {
        let images = batch.map { split.imageOfCaption[$0] }
        let classes =
            withClasses
            ? try images.compactMap { try split.regionClasses(ofImage: $0) ?? split.regionTokens(ofImage: $0) } : []
        return try PairBatch(
            images: model.images(split, images), texts: words(batch), imageOfPair: images,
            classes: classes.isEmpty ? nil : classes.flatMap(\.self))
    }

    /// L of mined pairs (docs/method.md, UNITER). For each caption of the batch `loss.pool` other images are drawn and
    /// scored without dropout or gradient, and the `loss.kept` highest are learned from; for each image captions of
    /// others likewise. With sigma the logistic function,
    ///
    ///     mean max(0, margin + sigma(S of the wrong pair) - sigma(S of the right pair))
    ///
    /// Of UNITER+DG half of those drawn are captions that the graph has near the batch's, and their images. L is the sum of
    /// the two means, as in the authors' programs.
    func minedValue(
        _ batch: [Int], _ scorer: some PairScorer, _ generator: inout SeededGenerator
    ) throws -> TrainingLoss.Value {
        var (ofCaptions, ofImages): ([Tensor], [Tensor]) = ([], [])
        for caption in batch {
            let image = split.imageOfCaption[caption]
            let relatives = phrases?.relatives(of: caption, configuration.loss.pool / 2, &generator) ?? []
            let images = pool(
                relatives.map { split.imageOfCaption[$0] }, below: split.imageCount, without: image..<image + 1,
                &generator)
            let own = split.captionsOfImage[image]
            let captions = pool(
                relatives, below: split.captions.count, without: own[0]..<own[0] + own.count, &generator)
            let hardImages = try hardest(images) { try minedScores(model.scorer, images, [caption], isTraining: false) }
            let hardCaptions = try hardest(captions) {
                try minedScores(model.scorer, [image], captions, isTraining: false)
            }
            ofCaptions.append(try hinges(minedScores(scorer, [image] + hardImages, [caption], isTraining: true)))
            ofImages.append(try hinges(minedScores(scorer, [image], [caption] + hardCaptions, isTraining: true)))
        }
        let parts = try [
            ("captions", Tensor.concatenated(ofCaptions).mean()), ("images", Tensor.concatenated(ofImages).mean()),
        ]
        return try TrainingLoss.Value(sum: parts[0].1 + parts[1].1, parts: parts)
    }

    /// `loss.pool` different numbers: those of relatives, and others at random.
    private func pool(
        _ relatives: [Int], below bound: Int, without hole: Range<Int>, _ generator: inout SeededGenerator
    ) -> [Int] {
        let drawn = generator.distinct(configuration.loss.pool, below: bound, without: hole)
        if relatives.isEmpty { return drawn }
        var seen: Set<Int> = []
        return Array((relatives + drawn).filter { seen.insert($0).inserted }.prefix(configuration.loss.pool))
    }

    /// The items that score highest, the earlier of equal ones first.
    private func hardest(_ items: [Int], _ scores: () throws -> Tensor) throws -> [Int] {
        let values = try withoutGradients { try scores().to(device: .cpu).array(Float.self) }
        let order = items.indices.sorted { (values[$1], $0) < (values[$0], $1) }
        return order.prefix(configuration.loss.kept).map { items[$0] }
    }

    /// S of images with a caption, or of an image with captions, one after the other.
    private func minedScores(
        _ scorer: some PairScorer, _ images: [Int], _ captions: [Int], isTraining: Bool
    ) throws -> Tensor {
        let precision = configuration.training.precision
        let tokens = captions.map { samples.tokens[$0] }
        let words =
            try samples.words.encoderIsTrained && !isTraining ? model.encode(tokens) : samples.words.words(of: tokens)
        return try scorer.similarity(
            scorer.scorable(model.images(split, images), in: precision), scorer.scorable(words, in: precision)
        ).to(.float32).reshaped([-1])
    }

    /// Of scores of which the first is the right pair's.
    private func hinges(_ scores: Tensor) throws -> Tensor {
        let beliefs = try scores.sigmoid()
        let wrong = try beliefs.sliced(0, 1..<beliefs.shape[0])
        return try (wrong - beliefs.sliced(0, 0..<1) + configuration.loss.margin).relu()
    }
}

extension SeededGenerator {
    /// So many different whole numbers of 0 ..< `bound`, none of them in `hole`, each choice as likely (Floyd's method); all
    /// there are where those are fewer.
    mutating func distinct(_ count: Int, below bound: Int, without hole: Range<Int>) -> [Int] {
        let candidates = bound - hole.count
        var chosen: [Int] = []
        var taken: Set<Int> = []
        for last in max(candidates - count, 0)..<candidates {
            let drawn = below(last + 1)
            let number = taken.contains(drawn) ? last : drawn
            taken.insert(number)
            chosen.append(number < hole.lowerBound ? number : number + hole.count)
        }
        return chosen
    }
}
