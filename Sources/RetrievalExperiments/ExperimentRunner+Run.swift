import ArrayFiles
import AsCLBase
import Foundation
import RetrievalData
import RetrievalEvaluation
import RetrievalModels
import RetrievalTraining
import TextEncoding
import Torch

// One run: training, then everything that is measured of its best model.
extension ExperimentRunner {
    /// Trains, unless the model is to be taken as it comes, and evaluates; false when time ran out before the end.
    func train(_ job: Job, _ encoder: TextEncoder, until deadline: Date, checkingBudget: Bool) throws -> Bool {
        let configuration = job.configuration
        let path = folder.run(job.name, seed: job.seed)
        if let taken = job.variant.model { return try evaluateTaken(taken, job) }
        let teacher = try job.variant.teacher.map { try trained($0, seed: job.seed) }
        let run = try TrainingRun(
            configuration, (splits.train, splits.validation), path: splits.path, encoder: encoder, teacher: teacher,
            device: device)
        run.notices.forEach(report)
        guard job.variant.isTrained else {
            let validation = try RetrievalResult(evaluator(run.model, splits.validation, in: .fp32).ranks())
            try evaluate(run.model, job, validationRsum: validation.rsum, epoch: 0, trainingSeconds: 0)
            return true
        }
        let console = TrainingConsole()
        let onEvent = { (event: TrainingEvent) in
            if case .notice(let text) = event { report(text) } else { console.show(event) }
        }
        let trainer = try run.trainer(words: words(run.model, configuration), onEvent: onEvent)
        if checkingBudget, deadline != .distantFuture {
            let needed =
                try trainer.estimatedSeconds(goingOnIn: path)
                + (isByShortlist(job) ? 0 : Evaluator.estimatedSeconds(run.model, splits.test).scoring)
            let left = deadline.timeIntervalSinceNow
            guard needed <= left else { throw ExperimentError.budget(seconds: left, needed: needed, run: job.name) }
        }
        let clock = ContinuousClock()
        let begun = clock.now
        try? FileManager.default.removeItem(atPath: path + "/failure.json")
        let exists = FileManager.default.fileExists(atPath: path + "/training.yaml")
        let before = folder.read(Double.self, "seconds.json", of: job.name, seed: job.seed) ?? 0
        let runFolder = try run.claim(path, existing: exists ? .resume : .refuse)
        let isStopping = { stopSignal() != nil || Date.now >= deadline }
        let outcome = try trainer.run(in: runFolder, isStopping: isStopping, onEvent: onEvent)
        let seconds = before + (clock.now - begun) / .seconds(1)
        // Kept, so that a run in pieces adds its time up.
        try folder.write(seconds, to: "seconds.json", of: job.name, seed: job.seed)
        switch outcome {
        case .stopped:
            try checkStop()
            return false
        case .finished(let rsum, let epoch):
            let best = try RetrievalModel(checkpoint: path, device: device)
            try evaluate(best, job, validationRsum: rsum, epoch: epoch, trainingSeconds: seconds)
            return true
        }
    }

    /// What a frozen text encoder makes of the training's captions; one process encodes, others wait for it.
    func words(_ model: RetrievalModel, _ configuration: TrainingConfiguration) throws -> WordSource? {
        guard !configuration.textEncoder.trainable, !model.configuration.readsTokens else { return nil }
        let bytes = WordSource.estimatedBytes(ofSamplesOf: splits.train, width: model.wordWidth)
        guard bytes <= mostWordBytes else {
            report("\(bytes >> 20) MB of captions and positives are encoded as they come, not once for all runs")
            return nil
        }
        let lock = try FolderLock(folder.words, isWaiting: true)
        return try withExtendedLifetime(lock) {
            try WordSource(
                model, samplesOf: splits.train, in: folder.words,
                progress: meter("encoding captions and their positives"))
        }
    }

    /// The model that a finished run has left.
    func trained(_ name: String, seed: Int) throws -> RetrievalModel {
        try RetrievalModel(checkpoint: folder.run(name, seed: seed), device: device)
    }

    /// Everything that is measured of a model.
    func evaluate(
        _ model: RetrievalModel, _ job: Job, validationRsum: Double, epoch: Int, trainingSeconds: Double
    ) throws {
        let clock = ContinuousClock()
        let begun = clock.now
        let precision = model.scorer.supports(.int16, on: device) ? Precision.int16 : .fp32
        let evaluator = try self.evaluator(model, splits.test, in: precision)
        evaluator.notices("captions of \(splits.test.name)").forEach(report)
        let scored = try isByShortlist(job) ? scoredByShortlist(evaluator, job) : scored(evaluator, job)
        let isAsCL = model.scorer is AsCLModel
        try folder.write(
            RunResult(
                configuration: job.configuration.yaml(), seed: job.seed, result: RetrievalResult(scored.ranks),
                ranks: scored.ranks,
                geometry: isAsCL ? evaluator.geometry(.uniform) : nil,
                plainGeometry: isAsCL ? evaluator.geometry(.absent) : nil, probe: probe(model),
                validationRsum: validationRsum, epoch: epoch, parameters: model.parameters.valueCount,
                trainingSeconds: trainingSeconds,
                evaluationSeconds: (clock.now - begun) / .seconds(1), threads: Torch.threadCount,
                pairsPerSecond: scored.pairsPerSecond, multiplyAddsOfPair: model.multiplyAddsOfPair(in: splits.test),
                shortlist: scored.shortlist),
            to: "result.json", of: job.name, seed: job.seed)
        if !isByShortlist(job) { try FileManager.default.removeItem(atPath: progressFolder(job)) }
    }

    /// Accuracy by kind of asymmetry, nil without cases.
    private func probe(_ model: RetrievalModel) throws -> [String: ProbeAccuracy]? {
        guard !splits.probe.isEmpty else { return nil }
        return try splits.probe.accuracies { cases in
            let images = cases.map(\.image)
            let texts = cases.map(\.right) + cases.map(\.wrong)
            let scores = try encodingOnce(model, texts) { file in
                try model.scores(
                    of: Array(zip(images + images, texts)), in: splits.test, wordsFile: file,
                    progress: meter("encoding the probe's captions"))
            }
            return Array(zip(scores.prefix(cases.count), scores.suffix(cases.count)))
        }
    }

    /// An evaluator of a split.
    func evaluator(_ model: RetrievalModel, _ split: RetrievalSplit, in precision: Precision) throws -> Evaluator {
        try encodingOnce(model, split.captions) { file in
            try Evaluator(
                model, split, in: precision, encoderIsFrozen: !base.textEncoder.trainable, wordsFile: file,
                progress: meter("encoding captions"))
        }
    }

    /// Runs `body` with a file for the texts' word vectors, so that all runs encode them once, while others wait; with none
    /// where each run's words are its own.
    private func encodingOnce<Result>(
        _ model: RetrievalModel, _ texts: [String], _ body: (String?) throws -> Result
    ) throws -> Result {
        guard !base.textEncoder.trainable, !model.configuration.readsTokens else { return try body(nil) }
        let tokens = try model.tokenize(texts).map(\.ids)
        let lock = try FolderLock(folder.words, isWaiting: true)
        return try withExtendedLifetime(lock) {
            try body(WordSource.file(for: model, tokens, in: folder.words))
        }
    }
}
