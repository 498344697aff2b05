import Foundation
import TorchNN

/// The learning rate of every step of a run (docs/method.md, Training).
package struct LearningRateSchedule {
    private let settings: TrainingConfiguration.TrainingSection
    private let stepsPerEpoch: Int
    /// Steps of the phases before the last: each has the whole schedule.
    private let stepsBefore: [Int]
    private let decay: StepSchedule

    /// The schedule that `settings` ask for.
    /// - Parameter epochsBefore: The epochs of phases, from the first, after each of which it begins anew.
    package init(
        _ settings: TrainingConfiguration.TrainingSection, stepsPerEpoch: Int, epochsBefore: [Int] = []
    ) {
        self.settings = settings
        self.stepsPerEpoch = max(stepsPerEpoch, 1)
        let steps = max(stepsPerEpoch, 1)
        stepsBefore = epochsBefore.map { $0 * steps }
        decay = StepSchedule(
            initial: settings.learningRate, factor: settings.learningRateDecay.factor,
            everyEpochs: settings.learningRateDecay.everyEpochs)
    }

    private var total: Int { stepsPerEpoch * settings.epochs }

    /// The learning rate of a step, counted from zero.
    package func learningRate(step: Int) -> Double {
        var step = step
        for steps in stepsBefore {
            if step < steps { return learningRate(step: step, of: steps) }
            step -= steps
        }
        return learningRate(step: step, of: total - stepsBefore.reduce(0, +))
    }

    private func learningRate(step: Int, of total: Int) -> Double {
        let warmup = settings.warmupSteps
        if step < warmup { return settings.learningRate * Double(step + 1) / Double(warmup) }
        switch settings.learningRateDecay.shape {
        case .steps: return decay.learningRate(epoch: step / stepsPerEpoch)
        case .cosine:
            let done = Double(step - warmup) / Double(max(total - warmup, 1))
            return settings.learningRate * (1 + cos(.pi * done)) / 2
        }
    }

    /// What of the schedule the run does not come to, or does not use, a line each.
    var notices: [String] {
        var lines: [String] = []
        let decay = settings.learningRateDecay
        let names = ["pretraining", "learning from the graph"].prefix(stepsBefore.count) + ["the run"]
        let phases = Array(zip(stepsBefore + [total - stepsBefore.reduce(0, +)], names))
        let short = phases.first { $0.0 > 0 && settings.warmupSteps >= $0.0 }
        if let short {
            lines.append(
                "training.warmup_steps is \(settings.warmupSteps), but \(short.1) has \(short.0) steps: the learning rate "
                    + "only rises")
        } else if decay.shape == .steps, decay.factor < 1, decay.everyEpochs >= settings.epochs {
            lines.append(
                "training.learning_rate_decay.every_epochs is \(decay.everyEpochs), but the run has \(settings.epochs) "
                    + "epochs: the learning rate does not fall")
        }
        let usual = TrainingConfiguration.LearningRateDecay()
        if decay.shape == .cosine, (decay.everyEpochs, decay.factor) != (usual.everyEpochs, usual.factor) {
            lines.append("training.learning_rate_decay: a cosine has no steps: every_epochs and factor are not used")
        }
        if settings.validateEvery >= total, total > 0 {
            lines.append(
                "training.validate_every is \(settings.validateEvery), but the run has \(total) steps: it is validated "
                    + "once, at the end")
        }
        return lines
    }
}
