import AsCLBase
import Foundation
import RetrievalData
import RetrievalEvaluation
import RetrievalModels

/// What a training will take, found by a rehearsal: its first steps are computed, and neither a weight nor a file changes.
package struct TrainingEstimate: CustomStringConvertible, Sendable, Equatable {
    /// Steps left, of an epoch, and done before, where a run is resumed.
    package let steps, stepsPerEpoch, stepsDone: Int
    /// Validations of the whole run.
    package let validations: Int
    /// Seconds of a step, of a validation, and of encoding captions once.
    package let secondsOfStep, secondsOfValidation, encodingSeconds: Double
    /// The most memory that the rehearsal held, in bytes.
    package let memory: Int
    /// Bytes of the run's folder, and of word vectors in the temporary folder while it runs.
    package let disk, temporaryDisk: Int

    /// Rehearses a run.
    /// - Parameters:
    ///   - path: Its folder, where a run that is resumed has its checkpoint.
    ///   - onEvent: Is told what a training would tell before its first step.
    /// - Throws: What the training would throw as far as its first steps, and where a disk has no room for it.
    package init(_ run: TrainingRun, in path: String, onEvent: (TrainingEvent) -> Void = { _ in }) throws {
        let (configuration, model, train) = (run.configuration, run.model, run.train)
        let settings = configuration.training
        let tokens = try model.tokenize(train.captions).map(\.ids)
        let isKept = Trainer.keepsWords(configuration, model, tokens)
        let sampler = PairSampler(
            pairCount: train.captions.count, batchSize: settings.batchSize, seed: UInt64(settings.seed))
        let captions = sampler.batches(epoch: 0).prefix(Trainer.rehearsedSteps).flatMap(\.self)
        let clock = ContinuousClock()
        let begun = clock.now
        let words = isKept ? try WordSource(model, keeping: captions.map { tokens[$0] }) : nil
        let encoding = (clock.now - begun) / .seconds(1)
        let trainer = try Trainer(
            configuration, model: model, train: train, validation: run.validation, words: words, phrases: run.phrases,
            teacher: run.teacher, isRehearsal: true, onEvent: onEvent)
        stepsPerEpoch = sampler.stepsPerEpoch
        stepsDone = trainer.stepsDone(in: path)
        steps = trainer.steps - stepsDone
        validations = trainer.validations
        secondsOfStep = try trainer.estimatedSecondsOfStep()
        let validation = try Evaluator.estimatedSeconds(model, run.validation)
        let isTrained = configuration.textEncoder.trainable
        secondsOfValidation = validation.scoring + (isTrained ? validation.encoding : 0)
        let share = Double(tokens.count) / Double(max(captions.count, 1))
        encodingSeconds = (isKept ? encoding * share : 0) + (isTrained ? 0 : validation.encoding)
        memory = peakMemory()
        (disk, temporaryDisk) = try trainer.bytes(
            ofWords: (isKept ? tokens : []) + model.tokenize(run.validation.captions).map(\.ids))
        try Folder.expectRoom(for: disk, in: path)
        try Folder.expectRoom(for: temporaryDisk, in: FileManager.default.temporaryDirectory.path)
    }

    /// Seconds of the whole run.
    package var seconds: Double {
        encodingSeconds + Double(steps) * secondsOfStep
            + Double(validations) * Double(steps) / Double(max(steps + stepsDone, 1)) * secondsOfValidation
    }

    /// A line for each thing that it tells.
    package var description: String {
        let gone = stepsDone > 0 ? ", \(stepsDone) done before" : ""
        return [
            "steps    \(steps) (\(stepsPerEpoch) an epoch\(gone)), \(validations) validations",
            "time     about \(duration(seconds)): \(format(secondsOfStep)) a step, \(format(secondsOfValidation)) a "
                + "validation, \(format(encodingSeconds)) to encode captions",
            "memory   about \(size(memory))",
            "disk     about \(size(disk)) for the run, and \(size(temporaryDisk)) in the temporary folder while it runs",
        ].joined(separator: "\n")
    }

    private func format(_ seconds: Double) -> String {
        seconds < 100 ? String(format: "%.2g s", seconds) : duration(seconds)
    }

    private func duration(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(.up))
        return String(format: "%d:%02d:%02d h", whole / 3600, whole / 60 % 60, whole % 60)
    }

    private func size(_ bytes: Int) -> String {
        bytes < 1_000_000_000
            ? "\((bytes + 999_999) / 1_000_000) MB" : String(format: "%.1f GB", Double(bytes) / 1e9)
    }
}
