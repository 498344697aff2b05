import AsCLBase
import Foundation
import RetrievalModels

// What a training is going to take.
extension Trainer {
    /// Seconds that the training's steps still take, from some of them; no parameter changes.
    /// - Parameter path: The run's folder; when it holds a checkpoint, the steps done are not counted.
    package func estimatedSeconds(goingOnIn path: String) throws -> Double {
        try estimatedSecondsOfStep() * Double(steps - stepsDone(in: path))
    }

    /// How many steps an estimate computes.
    static let rehearsedSteps = 3

    /// Seconds of one step; where a run begins with tasks or a graph, the mean over all of its steps.
    func estimatedSecondsOfStep() throws -> Double {
        // LexLIP's first tasks are other ones.
        let before = configuration.pretraining.epochs
        let head = model.scorer is LexLIP ? min(configuration.pretraining.head, before) : 0
        var (sum, begin) = (0.0, 0)
        for epochs in [head, before - head] + configuration.phases.dropFirst().map(\.epochs) where epochs > 0 {
            sum += try shortestStep(epoch: begin) * Double(epochs)
            begin += epochs
        }
        return sum / Double(configuration.training.epochs)
    }

    private func shortestStep(epoch: Int) throws -> Double {
        let clock = ContinuousClock()
        var shortest = Double.infinity
        let batches = sampler.batches(epoch: 0).prefix(Self.rehearsedSteps)
        // An epoch's last batch may be smaller.
        for batch in batches where batch.count == batches.first?.count {
            let time = try clock.measure {
                var generator = SeededGenerator(seed: 0)
                // The model as it is: whileTraining, its running statistics would move.
                _ = try batchLoss.backward(batch, of: model.scorer, epoch: epoch, step: 0, &generator)
                try trained.clearGradients()
            }
            shortest = min(shortest, time / .seconds(1))
        }
        return shortest
    }

    /// Steps that the checkpoint in a folder, if any, has behind it.
    func stepsDone(in path: String) -> Int {
        FileManager.default.contents(atPath: path + "/trainer.json").flatMap {
            try? JSONDecoder().decode(TrainerState.self, from: $0).step
        } ?? 0
    }

    /// Bytes that the run's folder takes, and those of the words of texts that are encoded ahead.
    func bytes(ofWords tokens: [[Int32]]) -> (run: Int, words: Int) {
        let trained = trained.parameters.valueCount
        // The best model and its text encoder; what resuming needs; and a new file beside the old one while it is written.
        let model = model.parameters.valueCount + model.textEncoder.parameters.valueCount
        let momentum = self.trained.momentum?.states.reduce(0) { $0 + $1.set.valueCount } ?? 0
        let resuming = trained * (configuration.training.movingAverage > 0 ? 4 : 3) + momentum
        return (
            (model + 2 * resuming) * MemoryLayout<Float>.size,
            self.model.configuration.readsTokens || configuration.textEncoder.trainable
                ? 0 : WordSource.byteCount(of: tokens, for: self.model)
        )
    }
}
