package import RetrievalModels

extension TrainingConfiguration {
    /// What temperatures a learnt one may take, as CLIP's scale of 1 to 100 does.
    static let learntTemperatures = 0.01...1.0

    /// Refuses values of different sections that are not possible together.
    func check(at place: ConfigurationPlace) throws(TrainingError) {
        try checkSections(at: place)
        try checkPasses(at: place)
        try checkKeys(at: place)
        let (settings, range) = (place.key("training"), Self.learntTemperatures)
        if training.learnTemperature, loss.kind != .contrastive {
            throw settings.key("learn_temperature").invalid(
                expected: "false, as loss.kind \(loss.kind.rawValue) has no temperature", found: "true")
        }
        if training.learnTemperature, !range.contains(loss.temperature) {
            throw place.key("loss").key("temperature").invalid(
                expected: "a number from \(range.lowerBound) to \(range.upperBound), as it is learnt",
                found: "\(loss.temperature)")
        }
        if training.regionDropout > 0, model.method.readsGrid {
            throw settings.key("region_dropout").invalid(
                expected: "0, as \(model.method.rawValue) reads all cells of a grid", found: "\(training.regionDropout)"
            )
        }
        if training.microBatchSize > 0, model.method.normalizesByBatch {
            throw settings.key("micro_batch_size").invalid(
                expected: "0, as \(model.method.rawValue) normalises by the whole batch",
                found: "\(training.microBatchSize)")
        }
        if [.clip, .siglip].contains(model.method), loss.kind == .contrastive, loss.negatives,
            samples.level == .words
        {
            throw place.key("samples").key("level").invalid(
                expected: "embeddings, as \(model.method.rawValue) compares a text's last state, which noise on words "
                    + "does not touch", found: "words")
        }
        if model.method == .vista, loss.kind == .contrastive, loss.negatives, samples.level == .words {
            throw place.key("samples").key("level").invalid(
                expected: "embeddings, as vista compares a text's first state, which noise on words hardly touches",
                found: "words")
        }
        if training.microBatchSize > 0, model.method == .vista {
            throw settings.key("micro_batch_size").invalid(
                expected: "0, as vista learns by two tables of scores", found: "\(training.microBatchSize)")
        }
        if training.microBatchSize > 0, loss.sparsity > 0 {
            throw settings.key("micro_batch_size").invalid(
                expected: "0, as loss.sparsity is of a whole batch", found: "\(training.microBatchSize)")
        }
    }

    /// Checks that the loss can be computed of a model and, where scores are to be learnt, of a teacher.
    /// - Throws: `TrainingError` naming the key.
    package func check(_ model: RetrievalModel, teacher: RetrievalModel?) throws(TrainingError) {
        func invalid(_ key: String, _ expected: String, _ found: String) -> TrainingError {
            .invalidValue(source: "configuration", key: key, expected: expected, found: found)
        }
        if loss.distillation > 0 {
            guard let teacher else { throw invalid("loss.distillation", "a teacher", "none") }
            // The teacher reads the words that the student has.
            let fits =
                !textEncoder.trainable && !model.configuration.readsTokens && !teacher.configuration.readsTokens
                && teacher.textEncoder.width == model.textEncoder.width
                && teacher.configuration.regionDimension == model.configuration.regionDimension
                && teacher.configuration.globalDimension == model.configuration.globalDimension
            guard fits else {
                throw invalid(
                    "loss.distillation", "a teacher of the same features and frozen text encoder", "another")
            }
        } else if teacher != nil {
            throw invalid("loss.distillation", "a weight above 0, as there is a teacher", "0")
        }
        if model.configuration.readsTokens, samples.level == .embeddings, loss.negatives, loss.kind == .contrastive {
            throw invalid("samples.level", "words, as the words are a GRU's", "embeddings")
        }
    }

    /// Checks that processes can share the batches.
    /// - Throws: `TrainingError` naming the key.
    package func check(sharedBy ranks: Int) throws(TrainingError) {
        func invalid(_ key: String, _ expected: String, _ found: String) -> TrainingError {
            .invalidValue(source: "configuration", key: key, expected: expected, found: found)
        }
        if model.method.normalizesByBatch {
            throw invalid(
                "model.method", "one process, as \(model.method.rawValue) normalises by the whole batch",
                "\(ranks) ranks")
        }
        if model.method == .vista {
            throw invalid("model.method", "one process, as vista learns by two tables of scores", "\(ranks) ranks")
        }
        if [.mined, .matching, .momentum].contains(loss.kind) {
            throw invalid("loss.kind", "contrastive or triplet, whose scores ranks can share", loss.kind.rawValue)
        }
        if pretraining.epochs > 0 {
            throw invalid("pretraining.epochs", "0, as ranks cannot share tasks", "\(pretraining.epochs)")
        }
        if hasPasses {
            throw invalid("model.method", "one process, as its passes cannot be shared", model.method.rawValue)
        }
        if model.method.hasTasks, model.dropout > 0 {
            throw invalid("model.dropout", "0, as it would fall otherwise on every rank", "\(model.dropout)")
        }
        if loss.sparsity > 0 {
            throw invalid(
                "loss.sparsity", "0, as it is of a whole batch and \(ranks) ranks share it", "\(loss.sparsity)")
        }
        if training.batchSize < ranks {
            throw invalid("training.batch_size", "at least \(ranks), a pair a rank", "\(training.batchSize)")
        }
    }
}
