package import Torch
package import TorchNN

/// What a training with keys has besides the model: a copy that follows slowly, theta_k <- m theta_k + (1 - m) theta, the
/// queue of the keys that it made, and what is known of how pairs agree. A trainer's checkpoint holds it all; a model that is
/// trained needs none of it.
package struct Momentum {
    /// The copy.
    private let scorer: any MomentumLearner
    /// Of the copy, what keys are made of, by the model's names; and the model's own.
    private let values, followed: ParameterSet
    private let decay: Double
    /// Keys of earlier pairs.
    package let queue: PairQueue
    private let filter: AgreementFilter?

    /// A copy as the model is, and an empty queue; nil where the model has no vectors to be keys.
    /// - Parameters:
    ///   - decay: m, in [0, 1).
    ///   - size: Of the queue.
    ///   - filters: Whether pairs that hardly agree are to be found.
    package init?(_ model: RetrievalModel, decay: Double, size: Int, filters: Bool) throws {
        // Loading copies.
        let copy = try ParameterStore.load(
            model.parameters.dictionary, from: "the model", device: model.device
        ) { try model.configuration.build($0) }
        guard let scorer = copy.model as? any MomentumLearner else { return nil }
        self.scorer = scorer
        values = ParameterSet(copy.parameters.entries.filter { scorer.makesKeys(of: $0.name) })
        followed = ParameterSet(model.parameters.entries.filter { scorer.makesKeys(of: $0.name) })
        self.decay = decay
        queue = try PairQueue(size: size, width: scorer.keyWidth, device: model.device)
        filter = filters ? try AgreementFilter(decay: decay, device: model.device) : nil
    }

    /// What is kept of it, by what its names begin with.
    package var states: [(prefix: String, set: ParameterSet)] {
        [("momentum.", values), ("queue.", queue.state)]
            + (filter.map { [("filter.", ParameterSet([("agreement", $0.state)]))] } ?? [])
    }

    /// Keys of right pairs.
    package func keys(of pairs: PairBatch) throws(TorchError) -> PairKeys { try scorer.keys(of: pairs) }

    /// The pairs that agree well enough, ascending; all where nothing is filtered.
    package func kept(_ keys: PairKeys) throws(TorchError) -> [Int] {
        try filter?.kept(keys) ?? Array(keys.owners.indices)
    }

    /// Goes on after a step of the model.
    /// - Parameters:
    ///   - keys: Those of the step's pairs; without any the copy becomes the model, for nothing has been compared with it.
    ///   - kept: The pairs that were learned from.
    package func advance(_ keys: PairKeys?, kept: [Int]) throws(TorchError) {
        if let keys {
            try queue.append(kept.count == keys.owners.count ? keys : keys.selecting(kept))
            try filter?.add(keys)
        }
        try withoutGradients { () throws(TorchError) in
            try Tensor.interpolate(
                values.entries.map(\.tensor), to: followed.entries.map(\.tensor), by: keys == nil ? 1 : 1 - decay)
        }
    }
}
