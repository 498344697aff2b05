import Foundation
import Testing

@testable import RetrievalTraining

/// Rates are read from the log of a run: 3 steps an epoch, 4 epochs.
@Suite struct LearningRateTests {
    private func rates(_ overrides: String...) throws -> [Double] {
        var training = try TinyTraining()
        try training.configuration.apply(
            overrides: ["training.epochs=4", "training.learning_rate=0.001", "training.validate_every=12"] + overrides)
        try training.run(into: "run")
        return try training.log("run").compactMap { $0["learning_rate"] }
    }

    private func expect(_ found: [Double], _ expected: [Double]) {
        #expect(found.count == expected.count)
        for (one, other) in zip(found, expected) { #expect(abs(one - other) < 1e-12, "\(found)") }
    }

    @Test func `it rises in equal parts, then falls by steps`() throws {
        expect(
            try rates(
                "training.warmup_steps=5", "training.learning_rate_decay.every_epochs=3"),
            [0.2e-3, 0.4e-3, 0.6e-3, 0.8e-3] + [Double](repeating: 1e-3, count: 5) + [1e-4, 1e-4, 1e-4])
    }

    @Test func `it rises in equal parts, then falls along half a cosine to the end of the run`() throws {
        let cosine = (0..<10).map { 1e-3 * (1 + cos(.pi * Double($0) / 10)) / 2 }
        expect(
            try rates("training.warmup_steps=2", "training.learning_rate_decay.shape=cosine"), [0.5e-3, 1e-3] + cosine)
    }

    @Test func `it begins anew where tasks end`() {
        var settings = TrainingConfiguration.TrainingSection()
        (settings.epochs, settings.warmupSteps, settings.learningRate) = (5, 2, 1e-3)
        settings.learningRateDecay.shape = .cosine
        let schedule = LearningRateSchedule(settings, stepsPerEpoch: 3, epochsBefore: [2])
        func phase(_ steps: Int) -> [Double] {
            let cosine = (0..<steps - 2).map { step in cos(Double.pi * Double(step) / Double(steps - 2)) }
            return [0.5e-3, 1e-3] + cosine.map { 1e-3 * (1 + $0) / 2 }
        }
        expect((0..<15).map { schedule.learningRate(step: $0) }, phase(6) + phase(9))
        settings.warmupSteps = 7
        let notices = LearningRateSchedule(settings, stepsPerEpoch: 3, epochsBefore: [2]).notices
        #expect(notices.contains { $0.contains("training.warmup_steps is 7, but pretraining has 6 steps") })
    }

    @Test(arguments: [
        (["training.warmup_steps=12"], "training.warmup_steps is 12, but the run has 12 steps"),
        (["training.learning_rate_decay.every_epochs=4"], "every_epochs is 4, but the run has 4 epochs"),
        (
            ["training.learning_rate_decay.shape=cosine", "training.learning_rate_decay.every_epochs=2"],
            "a cosine has no steps: every_epochs and factor are not used"
        ),
        (["training.validate_every=13"], "training.validate_every is 13, but the run has 12 steps"),
        (["training.batch_size=13"], "training.batch_size is 13, but there are 12 pairs"),
    ])
    func `a schedule that the run does not come to is told in one line`(_ overrides: [String], _ line: String) throws {
        var training = try TinyTraining()
        try training.configuration.apply(overrides: ["training.epochs=4", "training.learning_rate_decay.factor=1"])
        #expect(training.configuration.notices(training.split, training.split).isEmpty)
        try training.configuration.apply(overrides: ["training.learning_rate_decay.factor=0.1"] + overrides)
        let found = training.configuration.notices(training.split, training.split)
        #expect(found.contains { $0.contains(line) }, "\(found)")
    }
}
