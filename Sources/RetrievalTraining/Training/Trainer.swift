import AsCLBase
import Foundation
package import RetrievalData
import RetrievalEvaluation
package import RetrievalModels
package import Torch
import TorchNN

/// Trains a model by the method's recipe (docs/method.md, Training) and keeps the checkpoint with the best validation
/// Rsum.
///
/// A run is a function of its configuration, data and thread count: resumed after a kill at any moment, it goes on to the
/// same weights.
package final class Trainer {
    /// What words may take on the disk to be encoded once, not at every step.
    private static let mostWordBytes = 2 << 30

    let configuration: TrainingConfiguration
    let model: RetrievalModel
    private let split: RetrievalSplit
    let validation: Evaluator
    let batchLoss: BatchLoss
    let sampler: PairSampler
    private let schedule: LearningRateSchedule
    let trained: TrainedParameters
    /// Processes that train together, and the sum of their gradients.
    private let group: ProcessGroup?
    private let gradients: GradientSum?

    /// Prepares a training: tokenises, encodes what a frozen encoder gives once, and sets up the optimizer.
    /// - Parameters:
    ///   - words: What the frozen text encoder makes of `train`, where that is known already.
    ///   - phrases: What the captions' phrases give, where that is known already.
    ///   - teacher: Whose scores the model is to learn besides: of the same features and the same frozen text encoder.
    ///   - group: Processes that train together; all of them do the same, and each computes its share.
    ///   - isRehearsal: Whether it is only to estimate by: then nothing is encoded ahead.
    ///   - onEvent: Is told of notices and of captions being encoded.
    package init(
        _ configuration: TrainingConfiguration, model: RetrievalModel, train: RetrievalSplit,
        validation: RetrievalSplit, words: WordSource? = nil, phrases: Phrases? = nil, teacher: RetrievalModel? = nil,
        sharedBy group: ProcessGroup? = nil, isRehearsal: Bool = false, onEvent: (TrainingEvent) -> Void = { _ in }
    ) throws {
        self.configuration = configuration
        self.model = model
        self.group = group
        split = train
        let settings = configuration.training
        let trainable = configuration.textEncoder.trainable
        try configuration.check(model, teacher: teacher)
        if let group { try configuration.check(sharedBy: group.size) }
        for line in model.textEncoder.notices { onEvent(.notice(line)) }
        let captions = try model.tokenize(train.captions)
        let tokens = captions.map(\.ids)
        let isKept = !isRehearsal && Self.keepsWords(configuration, model, tokens)
        let reader = trainable ? model : try model.readingTexts(in: settings.precision)
        let source =
            try words
            ?? (isKept
                ? WordSource(
                    reader, keeping: tokens, sharedBy: group, progress: { onEvent(.encoding(captions: $0, of: $1)) })
                : WordSource(reader, encoderIsTrained: trainable))
        self.validation = try Evaluator(
            model, validation, encoderIsFrozen: !trainable && !isRehearsal, sharedBy: group)
        let trained = try TrainedParameters(model, configuration, pairs: train.captions.count)
        self.trained = trained
        gradients = try group.map {
            // Every process computes the whole loss, of which the temperature is.
            let whole = trained.temperature?.parameters.entries.map(\.tensor) ?? []
            let others = trained.parameters.entries.dropLast(whole.count).map(\.tensor)
            return try GradientSum(others, whole: whole, in: $0)
        }
        let phrases = try phrases ?? Phrases(configuration, train)
        batchLoss = BatchLoss(
            configuration: configuration,
            samples: GeneratedSamples(
                configuration: configuration.samples, split: train, tokens: tokens, words: source),
            phrases: try PhraseSamples(phrases, model, train), teacher: teacher, temperature: trained.temperature,
            momentum: trained.momentum, group: group)
        sampler = PairSampler(
            pairCount: train.captions.count, batchSize: settings.batchSize, seed: UInt64(settings.seed))
        schedule = LearningRateSchedule(
            settings, stepsPerEpoch: sampler.stepsPerEpoch, epochsBefore: configuration.phases.dropLast().map(\.epochs))
        let notices =
            model.limitNotices + Set([train, validation].flatMap(model.featureNotices)).sorted()
            + model.notices(cut: captions.count { $0.wasCut }, of: captions.count, "captions to train on")
            + self.validation.notices("captions to validate on") + batchLoss.notices + phrases.notices
        for line in notices { onEvent(.notice(line)) }
    }

    /// Whether the words of all captions are encoded once, before the first step.
    static func keepsWords(
        _ configuration: TrainingConfiguration, _ model: RetrievalModel, _ tokens: [[Int32]]
    ) -> Bool {
        !configuration.textEncoder.trainable && WordSource.byteCount(of: tokens, for: model) <= mostWordBytes
    }

    /// Steps of the whole run, unless it ends early.
    var steps: Int { sampler.stepsPerEpoch * configuration.training.epochs }

    /// Validations of the whole run.
    var validations: Int { (0..<steps).count { isValidated(after: $0 + 1) } }

    /// Trains to the end, or until it is asked to stop.
    /// - Parameters:
    ///   - folder: Where checkpoint and logs go; when it holds a checkpoint, the run goes on from there. Of processes that
    ///     train together the first alone has it.
    ///   - page: A page to write after each validation.
    ///   - isStopping: Asked after every step whether to write a checkpoint and stop; one process's word is enough.
    ///   - onEvent: Is told what happens, on this thread.
    package func run(
        in folder: RunFolder?, page: RunPage? = nil, isStopping: () -> Bool = { false },
        onEvent: (TrainingEvent) -> Void = { _ in }
    ) throws -> TrainingOutcome {
        let settings = configuration.training
        var state = TrainerState(pairs: split.captions.count)
        let resumed = folder?.holdsCheckpoint ?? false
        if let folder, resumed {
            state = try restored(from: folder)
        } else {
            try model.fillDictionary(from: split, seed: UInt64(settings.seed))
        }
        if let group { state = try state.shared(trained, in: group) }
        let record = try folder.map { try RunRecord($0, page: page, resumingAtStep: resumed ? state.step : nil) }
        onEvent(.began(steps: steps, done: state.step, bestRsum: state.best?.rsum))
        defer { onEvent(.ended) }
        var epoch = (number: -1, batches: [[Int]]())
        while state.step < steps, !isPatienceOver(state) {
            let (number, place) = state.step.quotientAndRemainder(dividingBy: sampler.stepsPerEpoch)
            if number != epoch.number {
                epoch = (number, sampler.batches(epoch: number))
                try beginRanking(epoch: number, state, record, onEvent)
            }
            let rate = schedule.learningRate(step: state.step)
            let step = try step(epoch.batches[place], state.step, number, rate)
            state.step += 1
            onEvent(.step(state.step, pairs: epoch.batches[place].count, loss: step.loss))
            if state.step.isMultiple(of: settings.logEverySteps) {
                let dead = try model.deadEntries().map { [("dead_entries", Double($0.dead))] } ?? []
                try record?.step(
                    state.step, epoch: number + 1, step.figures(rate, trained.temperature) + dead,
                    dropped: step.dropped?.captions)
            }
            let isValidated = isValidated(after: state.step)
            if isValidated { try validate(&state, record, folder, onEvent) }
            // What is done needs no stopping.
            let isEnding = try state.step < steps && !isPatienceOver(state) && isAsked(isStopping)
            if let folder, isValidated || isEnding || state.step.isMultiple(of: settings.checkpointEverySteps) {
                try state.save(trained, to: folder)
            }
            if isEnding { return .stopped }
        }
        guard let best = state.best else {
            throw TrainingError.malformed(
                source: folder?.file("trainer.json") ?? "run",
                problem: "expected a validation in a finished run, found none")
        }
        if state.step < steps {
            onEvent(
                .notice(
                    "no better Rsum in \(settings.patience) validations (training.patience): ended after step "
                        + "\(state.step) of \(steps), and the best model stays"))
        }
        if let (dead, all) = try model.deadEntries(), dead > 0 {
            onEvent(.notice("\(dead) of the visual dictionary's \(all) entries are dead: no cell is nearest to them"))
        }
        return .finished(bestRsum: best.rsum, epoch: best.epoch)
    }

    /// Whether any of the processes wants to stop.
    private func isAsked(_ isStopping: () -> Bool) throws -> Bool {
        guard let group else { return isStopping() }
        return try group.sum(isStopping() ? 1 : 0) > 0
    }

    private func restored(from folder: RunFolder) throws -> TrainerState {
        let state = try TrainerState.restore(trained, from: folder)
        guard state.pairs == split.captions.count else {
            throw TrainingError.invalidValue(
                source: folder.file("trainer.json"), key: "pairs", expected: "\(split.captions.count), as the data has",
                found: "\(state.pairs)")
        }
        return state
    }

    private func isPatienceOver(_ state: TrainerState) -> Bool {
        let patience = configuration.training.patience
        return patience > 0 && (state.validationsSinceBest ?? 0) >= patience
    }

    private func isValidated(after step: Int) -> Bool {
        let every = configuration.training.validateEvery
        return step == steps || step.isMultiple(of: every > 0 ? every : sampler.stepsPerEpoch)
    }

    private func validate(
        _ state: inout TrainerState, _ record: RunRecord?, _ folder: RunFolder?, _ onEvent: (TrainingEvent) -> Void
    ) throws {
        let epoch = (state.step - 1) / sampler.stepsPerEpoch + 1
        try trained.withWeightsToKeep {
            try model.fillQuerybank(from: split, sharedBy: group)
            var samples = SampleRetrievals(validation.split)
            let result = try RetrievalResult(
                validation.ranks(onBlock: { block, scores, _ in samples.add(block, scores) }))
            onEvent(.validated(result, epoch: epoch))
            try record?.validation(result, samples.retrievals, step: state.step, epoch: epoch, onEvent: onEvent)
            guard state.best.map({ result.rsum > $0.rsum }) ?? true else {
                state.validationsSinceBest = (state.validationsSinceBest ?? 0) + 1
                return
            }
            state.best = .init(epoch: epoch, rsum: result.rsum)
            state.validationsSinceBest = 0
            if let folder { try model.save(to: folder.path) }
        }
    }

    /// One update.
    private func step(
        _ batch: [Int], _ step: Int, _ epoch: Int, _ learningRate: Double
    ) throws -> TrainingStep {
        try copyHead(before: step)
        let value = try backward(batch, step, epoch)
        let norm = try trained.update(learningRate: learningRate, isFirst: step == 0, keys: value.keys)
        let dropped = value.keys.map { keys in
            let captions = Set(batch.indices).subtracting(keys.kept).sorted().map { batch[$0] }
            return (captions: captions, share: Double(captions.count) / Double(batch.count))
        }
        return try TrainingStep(
            loss: value.sum.item(), parts: value.parts, gradientNorm: norm,
            dropped: configuration.momentum.filter ? dropped : nil, waited: value.waited)
    }

    /// Where LexLIP's head for texts has been trained alone for long enough, that for images becomes its copy. A run that is
    /// resumed there does the same again.
    private func copyHead(before step: Int) throws {
        let pretraining = configuration.pretraining
        guard let lexlip = model.scorer as? LexLIP,
            step == min(pretraining.head, pretraining.epochs) * sampler.stepsPerEpoch
        else { return }
        try lexlip.copyHead()
        try trained.momentum?.advance(nil, kept: [])
    }

    /// Gives the parameters the gradients of a batch's loss, those of all processes.
    /// - Parameters:
    ///   - step: From 0; all chance follows from it and the seed.
    ///   - epoch: From 0.
    func backward(_ batch: [Int], _ step: Int, _ epoch: Int) throws -> TrainingLoss.Value {
        var generator = SeededGenerator(seed: UInt64(configuration.training.seed), stream: Self.purpose, UInt64(step))
        // For the text encoder's dropout, which is of each process's own texts.
        Torch.seed(generator.next() &+ UInt64(group?.rank ?? 0))
        let isShared = BatchShare.isShared(batch.count, in: group)
        // In pieces, or of a batch that is not shared, no gradient is ready before all are.
        if isShared, !batchLoss.isInPieces(batch) { gradients?.begin() }
        // The one place where a model is in training; validation and all else see it as it is.
        var value = try batchLoss.backward(
            batch, of: model.scorer.whileTraining.inEpoch(epoch), epoch: epoch, step: step, &generator)
        guard let gradients else { return value }
        let clock = ContinuousClock()
        let waited = try clock.measure { try gradients.finish(counts: isShared || group?.rank == 0) }
        value.waited = waited / .seconds(1)
        return value
    }

    /// Tells this generator's stream apart from those that others draw from the same seed.
    private static let purpose: UInt64 = 0x7374_6570
}
