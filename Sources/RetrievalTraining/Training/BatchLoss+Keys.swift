import AsCLBase
import RetrievalModels
import Torch

// A step that compares pairs with the keys of earlier ones.
extension BatchLoss {
    /// L of a batch by its keys and the queue's (docs/method.md, Keys). Nothing of these changes here: what the step has made
    /// comes with the value.
    /// - Parameter epoch: From 0. In the first, no pair is left out.
    func keyedValue(
        _ batch: [Int], _ scorer: some PairScorer, _ epoch: Int, _ generator: inout SeededGenerator
    ) throws -> TrainingLoss.Value {
        guard let momentum, let learner = scorer as? any MomentumLearner else {
            throw TorchError(operation: "keys", reason: "expected a method with a momentum copy")
        }
        let isPretraining = epoch < configuration.pretraining.epochs
        let all = try pairs(batch, withClasses: isPretraining)
        let keys = try momentum.keys(of: all)
        let kept = epoch > 0 ? try momentum.kept(keys) : Array(batch.indices)
        let isWhole = kept.count == batch.count
        let queue = configuration.isWarmUp(epoch: epoch) ? nil : momentum.queue
        var value = try TrainingLoss.Value(
            learner.terms(
                on: isWhole ? all : all.selecting(kept), isWhole ? keys : keys.selecting(kept), queue,
                isPretraining: isPretraining, &generator))
        value.keys = (keys, kept)
        return value
    }
}
