import AsCLBase
import Foundation
package import RetrievalData
import RetrievalEvaluation
package import RetrievalModels
import Torch
import TorchNN

/// Trains a model by the method's recipe (docs/method.md, Training) and keeps the checkpoint with the best validation
/// Rsum.
///
/// A run is a function of its configuration, data and thread count: resumed after a kill at any moment, it goes on to the
/// same weights.
package final class Trainer {
    /// What words may take on the disk to be encoded once, not at every step.
    private static let mostWordBytes = 2 << 30

    private let configuration: TrainingConfiguration
    private let model: RetrievalModel
    private let split: RetrievalSplit
    private let validation: Evaluator
    private let batchLoss: BatchLoss
    private let sampler: PairSampler
    private let schedule: StepSchedule
    private let parameters: ParameterSet
    private let optimizer: Adam

    /// Prepares a training: tokenises, encodes what a frozen encoder gives once, and sets up the optimizer.
    /// - Parameters:
    ///   - words: What the frozen text encoder makes of `train`, where that is known already.
    ///   - teacher: Whose scores the model is to learn besides: of the same features and the same frozen text encoder.
    ///   - onEvent: Is told of notices and of captions being encoded.
    package init(
        _ configuration: TrainingConfiguration, model: RetrievalModel, train: RetrievalSplit,
        validation: RetrievalSplit, words: WordSource? = nil, teacher: RetrievalModel? = nil,
        onEvent: (TrainingEvent) -> Void = { _ in }
    ) throws {
        self.configuration = configuration
        self.model = model
        split = train
        let settings = configuration.training
        let trainable = configuration.textEncoder.trainable
        try configuration.check(model, teacher: teacher)
        for line in model.textEncoder.notices { onEvent(.notice(line)) }
        let captions = try model.tokenize(train.captions)
        let tokens = captions.map(\.ids)
        let isKept = !trainable && WordSource.byteCount(of: tokens, for: model) <= Self.mostWordBytes
        let source =
            try words
            ?? (isKept
                ? WordSource(model, keeping: tokens, progress: { onEvent(.encoding(captions: $0, of: $1)) })
                : WordSource(model, encoderIsTrained: trainable))
        self.validation = try Evaluator(model, validation, encoderIsFrozen: !trainable)
        batchLoss = BatchLoss(
            configuration: configuration,
            samples: GeneratedSamples(
                configuration: configuration.samples, split: train, tokens: tokens, words: source),
            teacher: teacher)
        let notices =
            model.limitNotices
            + model.notices(cut: captions.count { $0.wasCut }, of: captions.count, "captions to train on")
            + self.validation.notices("captions to validate on") + batchLoss.notices
        for line in notices { onEvent(.notice(line)) }
        sampler = PairSampler(
            pairCount: train.captions.count, batchSize: settings.batchSize, seed: UInt64(settings.seed))
        schedule = StepSchedule(
            initial: settings.learningRate, factor: settings.learningRateDecay.factor,
            everyEpochs: settings.learningRateDecay.everyEpochs)
        try model.parameters.setRequiresGradient(true)
        var groups = [Adam.Group(model.parameters)]
        var all = model.parameters.entries
        if trainable {
            try model.textEncoder.parameters.setRequiresGradient(true)
            let encoder = ParameterSet(
                model.textEncoder.parameters.entries.map { ("text_encoder." + $0.name, $0.tensor) })
            groups.append(Adam.Group(encoder, learningRateFactor: configuration.textEncoder.learningRateFactor))
            all += encoder.entries
        }
        parameters = ParameterSet(all)
        optimizer = try Adam(groups)
    }

    /// Trains to the end, or until it is asked to stop.
    /// - Parameters:
    ///   - folder: Where checkpoint and logs go; when it holds a checkpoint, the run goes on from there.
    ///   - isStopping: Asked after every step whether to write a checkpoint and stop.
    ///   - onEvent: Is told what happens, on this thread.
    package func run(
        in folder: RunFolder, isStopping: () -> Bool = { false }, onEvent: (TrainingEvent) -> Void = { _ in }
    ) throws -> TrainingOutcome {
        var state = TrainerState(pairs: split.captions.count)
        let resumed = folder.holdsCheckpoint
        if resumed { state = try restored(from: folder) }
        let total = sampler.stepsPerEpoch * configuration.training.epochs
        let record = try RunRecord(folder, resumingAtStep: resumed ? state.step : nil)
        onEvent(.began(steps: total, done: state.step, bestRsum: state.best?.rsum))
        defer { onEvent(.ended) }
        while state.step < total {
            guard try trainToEndOfEpoch(&state, record, folder, isStopping, onEvent) else { return .stopped }
            let epoch = state.step / sampler.stepsPerEpoch
            let result = try RetrievalResult(validation.ranks())
            onEvent(.validated(result, epoch: epoch))
            try record.validation(result, step: state.step, epoch: epoch)
            if state.best.map({ result.rsum > $0.rsum }) ?? true {
                state.best = .init(epoch: epoch, rsum: result.rsum)
                try model.save(to: folder.path)
            }
            try state.save(parameters, optimizer, to: folder)
            if state.step < total, isStopping() { return .stopped }
        }
        guard let best = state.best else {
            throw TrainingError.malformed(
                source: folder.file("trainer.json"), problem: "expected a validation in a finished run, found none")
        }
        return .finished(bestRsum: best.rsum, epoch: best.epoch)
    }

    private func restored(from folder: RunFolder) throws -> TrainerState {
        let state = try TrainerState.restore(parameters, optimizer, from: folder)
        guard state.pairs == split.captions.count else {
            throw TrainingError.invalidValue(
                source: folder.file("trainer.json"), key: "pairs", expected: "\(split.captions.count), as the data has",
                found: "\(state.pairs)")
        }
        return state
    }

    /// Steps on to the end of the epoch; false when it was asked to stop before.
    private func trainToEndOfEpoch(
        _ state: inout TrainerState, _ record: RunRecord, _ folder: RunFolder, _ isStopping: () -> Bool,
        _ onEvent: (TrainingEvent) -> Void
    ) throws -> Bool {
        let settings = configuration.training
        let epoch = state.step / sampler.stepsPerEpoch
        let rate = schedule.learningRate(epoch: epoch)
        let batches = sampler.batches(epoch: epoch)
        for batch in batches[(state.step - epoch * batches.count)...] {
            let (loss, norm) = try step(batch, state.step, rate)
            state.step += 1
            onEvent(.step(state.step, pairs: batch.count, loss: loss))
            if state.step.isMultiple(of: settings.logEverySteps) {
                try record.step(state.step, epoch: epoch + 1, loss: loss, gradientNorm: norm, learningRate: rate)
            }
            // The epoch's last checkpoint comes after its validation.
            if state.step == (epoch + 1) * batches.count { break }
            let isEnding = isStopping()
            if isEnding || state.step.isMultiple(of: settings.checkpointEverySteps) {
                try state.save(parameters, optimizer, to: folder)
            }
            if isEnding { return false }
        }
        return true
    }

    /// Seconds that the training still takes, from some of its steps; no parameter changes.
    /// - Parameter path: The run's folder; when it holds a checkpoint, the steps done are not counted.
    package func estimatedSeconds(goingOnIn path: String) throws -> Double {
        let batches = sampler.batches(epoch: 0)
        let clock = ContinuousClock()
        var shortest = Double.infinity
        for batch in batches.prefix(3) {
            let time = try clock.measure {
                var generator = SeededGenerator(seed: 0)
                try batchLoss(batch, &generator).backward()
                for (_, parameter) in parameters.entries { try parameter.clearGradient() }
            }
            shortest = min(shortest, time / .seconds(1))
        }
        let done = FileManager.default.contents(atPath: path + "/trainer.json").flatMap {
            try? JSONDecoder().decode(TrainerState.self, from: $0).step
        }
        return shortest * Double(batches.count * configuration.training.epochs - (done ?? 0))
    }

    /// One update; the loss and the gradient's norm before clipping.
    private func step(_ batch: [Int], _ step: Int, _ learningRate: Double) throws -> (loss: Double, norm: Double) {
        var generator = SeededGenerator(seed: UInt64(configuration.training.seed), stream: Self.purpose, UInt64(step))
        Torch.seed(generator.next())  // for the text encoder's dropout
        let loss = try batchLoss(batch, &generator)
        let value = try loss.item()
        guard value.isFinite else { throw TrainingError.diverged(step: step + 1, loss: value) }
        try loss.backward()
        let norm = try optimizer.step(
            learningRate: learningRate, clippingNormTo: configuration.training.gradientClip)
        return (value, try norm?.item() ?? 0)
    }

    /// Tells this generator's stream apart from those that others draw from the same seed.
    private static let purpose: UInt64 = 0x7374_6570
}
