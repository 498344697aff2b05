import AsCLBase
import RetrievalModels

extension TrainingConfiguration {
    /// What a run begins with where a method has tasks of its own: epochs in which every step is one of them, drawn by
    /// weight. Afterwards it learns by `loss`.
    package struct PretrainingSection: Sendable, Equatable, ConfigurationSection {
        /// The run's first epochs that learn by tasks.
        package var epochs = 0
        /// The weight of the task of matching.
        package var matching = 2.0
        /// Of guessing masked words.
        package var words = 2.0
        /// Of guessing masked regions.
        package var regions = 1.0
        /// Of guessing such regions' classes.
        package var classes = 1.0
        /// How many classes there are where no detector tells what regions show: groups of like regions of the training
        /// split. 0 makes none.
        package var dictionary = 256
        /// What the distance by optimal transport weighs in the task of matching.
        package var transport = 0.1
        /// How many of LexLIP's first epochs of tasks train its texts' head alone, before the images' becomes a copy of it.
        package var head = 1
        /// What cosines are divided by where SOHO guesses a masked cell's entry of the dictionary.
        package var temperature = 0.1
        /// The chance of an image to be masked in that task.
        package var maskedImages = 0.5

        static let fields: [ConfigurationField<Self>] = [
            .init("epochs", \.epochs, .atLeast(0)),
            .init("matching", \.matching, .atLeast(0)),
            .init("words", \.words, .atLeast(0)),
            .init("regions", \.regions, .atLeast(0)),
            .init("classes", \.classes, .atLeast(0)),
            .init("dictionary", \.dictionary, .atLeast(0)),
            .init("transport", \.transport, .atLeast(0)),
            .init("head", \.head, .atLeast(0)),
            .init("temperature", \.temperature, .above(0)),
            .init("masked_images", \.maskedImages, .above(0, upTo: 1)),
        ]

        private func weight(_ task: LearningTask) -> Double {
            switch task {
            case .matching: matching
            case .words: words
            case .regions: regions
            case .classes: classes
            case .together: 1
            case .ranking, .everyPair: 0
            }
        }

        /// One of some tasks by the weights; the last where rounding leaves none.
        func task(of tasks: [LearningTask], _ generator: inout SeededGenerator) -> LearningTask? {
            let wanted = tasks.filter { weight($0) > 0 }
            var rest = generator.uniform() * wanted.reduce(0) { $0 + weight($1) }
            for task in wanted {
                rest -= weight(task)
                if rest < 0 { return task }
            }
            return wanted.last
        }

        func check(at place: ConfigurationPlace) throws(TrainingError) {
            guard epochs > 0, matching + words + regions + classes == 0 else { return }
            throw place.key("matching").invalid(
                expected: "a weight above 0 of matching, words, regions or classes, as epochs is \(epochs)",
                found: "none")
        }
    }

    /// Refuses what a method that is trained by tasks or by mined pairs cannot have.
    func checkPasses(at place: ConfigurationPlace) throws(TrainingError) {
        let (settings, method) = (place.key("training"), model.method.rawValue)
        if pretraining.epochs > 0, !model.method.hasTasks {
            throw place.key("pretraining").key("epochs").invalid(
                expected: "0, as \(method) has no tasks", found: "\(pretraining.epochs)")
        }
        if pretraining.epochs > training.epochs {
            throw place.key("pretraining").key("epochs").invalid(
                expected: "at most training.epochs \(training.epochs)", found: "\(pretraining.epochs)")
        }
        if model.method == .soho, pretraining.dictionary == 0 {
            throw place.key("pretraining").key("dictionary").invalid(
                expected: "at least 1, the entries of soho's visual dictionary", found: "0")
        }
        if loss.kind == .matching, model.method != .soho {
            throw place.key("loss").key("kind").invalid(
                expected: "contrastive, triplet or mined, as \(method) has no head of matching to rank by",
                found: "matching")
        }
        if training.microBatchSize > 0, model.method.isJoint || model.method.isStream, model.dropout > 0 {
            throw settings.key("micro_batch_size").invalid(
                expected: "0, as model.dropout would fall otherwise in the second pass",
                found: "\(training.microBatchSize)")
        }
        try checkPhrases(at: place)
        let isOfPairs = [.mined, .matching, .momentum].contains(loss.kind)
        guard isOfPairs || hasPasses else { return }
        for (key, rate) in [
            ("region_dropout", training.regionDropout), ("word_dropout", training.wordDropout),
            ("feature_dropout", training.featureDropout),
        ] where rate > 0 {
            throw settings.key(key).invalid(
                expected: "0, as tasks, mined pairs and keys leave nothing out", found: "\(rate)")
        }
        if isOfPairs, loss.distillation > 0 {
            throw place.key("loss").key("distillation").invalid(
                expected: "0, as loss.kind \(loss.kind.rawValue) scores no table of pairs",
                found: "\(loss.distillation)")
        }
        if training.microBatchSize > 0, !isOfPairs {
            throw settings.key("micro_batch_size").invalid(
                expected: "0, as steps of \(method) have passes of their own", found: "\(training.microBatchSize)")
        }
        guard [.mined, .matching].contains(loss.kind) else { return }
        if loss.kind == .mined, model.method.normalizesByBatch {
            throw place.key("loss").key("kind").invalid(
                expected: "contrastive or triplet, as \(method) normalises by the whole batch", found: "mined")
        }
        if training.microBatchSize > 0 {
            throw settings.key("micro_batch_size").invalid(
                expected: "0, as loss.kind \(loss.kind.rawValue) scores no table of pairs",
                found: "\(training.microBatchSize)")
        }
    }

    /// Refuses pools of wrong partners that are larger than the split to draw from.
    func checkPool(imageCount: Int, source: String) throws(TrainingError) {
        guard loss.kind == .mined, loss.pool >= imageCount else { return }
        throw .invalidValue(
            source: source, key: "loss.pool",
            expected: "at most \(imageCount - 1), the images besides a caption's own", found: "\(loss.pool)")
    }
}
