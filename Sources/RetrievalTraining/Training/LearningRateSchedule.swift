import Foundation
import TorchNN

/// The learning rate of every step of a run (docs/method.md, Training).
package struct LearningRateSchedule {
    private let settings: TrainingConfiguration.TrainingSection
    private let stepsPerEpoch: Int
    private let decay: StepSchedule

    /// The schedule that `settings` ask for.
    package init(_ settings: TrainingConfiguration.TrainingSection, stepsPerEpoch: Int) {
        self.settings = settings
        self.stepsPerEpoch = max(stepsPerEpoch, 1)
        decay = StepSchedule(
            initial: settings.learningRate, factor: settings.learningRateDecay.factor,
            everyEpochs: settings.learningRateDecay.everyEpochs)
    }

    private var total: Int { stepsPerEpoch * settings.epochs }

    /// The learning rate of a step, counted from zero.
    package func learningRate(step: Int) -> Double {
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
        if settings.warmupSteps >= total {
            lines.append(
                "training.warmup_steps is \(settings.warmupSteps), but the run has \(total) steps: the learning rate "
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
