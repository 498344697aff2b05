import RetrievalModels

extension TrainingConfiguration {
    /// The slower copy of a model that makes keys, and how many of them a queue has (LexLIP and COTS).
    package struct MomentumSection: Sendable, Equatable, ConfigurationSection {
        /// m: how much of itself the copy keeps at each step.
        package var decay = 0.99
        /// The keys of so many earlier pairs are wrong partners; 0 takes those of eight batches, or as many as there are pairs.
        package var queue = 0
        /// Whether pairs that hardly agree are found, and left out from the second epoch on.
        package var filter = false

        static let fields: [ConfigurationField<Self>] = [
            .init("decay", \.decay, .from(0, below: 1)),
            .init("queue", \.queue, .atLeast(0)),
            .init("filter", \.filter),
        ]

        /// Entries of the queue, where there are so many pairs, in batches of so many.
        func size(pairs: Int, batchSize: Int) -> Int { queue > 0 ? queue : min(Self.batches * batchSize, pairs) }

        /// The papers have four to nine.
        private static let batches = 8
    }

    /// Whether some of the run's steps compare with keys.
    var hasKeys: Bool { loss.kind == .momentum || model.method == .cots && pretraining.epochs > 0 }

    /// Whether an epoch, from 0, is one of `loss.warmup_epochs`. COTS's tasks compare with keys, so that its first epoch counts.
    func isWarmUp(epoch: Int) -> Bool {
        let first = model.method == .cots ? 0 : phases.dropLast().reduce(0) { $0 + $1.epochs }
        return epoch < first + loss.warmupEpochs
    }

    /// Refuses what a run with keys cannot have, and keys where no method makes them.
    func checkKeys(at place: ConfigurationPlace) throws(TrainingError) {
        if loss.kind == .momentum, !model.method.isStream {
            throw place.key("loss").key("kind").invalid(
                expected: "contrastive, triplet or mined, as \(model.method.rawValue) has no momentum copy",
                found: "momentum")
        }
        if momentum.filter, !hasKeys {
            throw place.key("momentum").key("filter").invalid(
                expected: "false, as no step compares with keys", found: "true")
        }
        if hasKeys, training.microBatchSize > 0 {
            throw place.key("training").key("micro_batch_size").invalid(
                expected: "0, as keys are compared with a whole batch", found: "\(training.microBatchSize)")
        }
    }

    /// Refuses a queue that would hold a pair twice.
    func checkQueue(pairs: Int, source: String) throws(TrainingError) {
        guard hasKeys, momentum.queue > pairs else { return }
        throw .invalidValue(
            source: source, key: "momentum.queue", expected: "at most \(pairs), the pairs to train on",
            found: "\(momentum.queue)")
    }
}
