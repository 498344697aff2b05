import AsCLBase
import RetrievalEvaluation
import RetrievalModels
import TextEncoding

// How the pairs of the split that is reported are scored: all of them, or those that another variant's model chooses.
extension ExperimentRunner {
    /// What scoring came to.
    struct Scored {
        let ranks: RetrievalRanks
        /// Nil where it was interrupted.
        let pairsPerSecond: Double?
        /// What is to be told of shortlists.
        let shortlist: String?
    }

    /// Where a run's evaluation keeps its progress.
    func progressFolder(_ job: Job) -> String { folder.run(job.name, seed: job.seed) + "/evaluation" }

    /// Whether another model chooses the pairs that a run scores.
    func isByShortlist(_ job: Job) -> Bool {
        guard let shortlists = job.variant.shortlists else { return false }
        return splits.test.imageCount * splits.test.captions.count > shortlists.above
    }

    /// Evaluates another variant's model, whose training this one's is.
    func evaluateTaken(_ name: String, _ job: Job) throws -> Bool {
        guard let result = folder.read(RunResult.self, "result.json", of: name, seed: job.seed) else {
            throw InputError(path: folder.run(name, seed: job.seed), expected: "a finished run", found: "none")
        }
        try evaluate(
            trained(name, seed: job.seed), job, validationRsum: result.validationRsum, epoch: result.epoch,
            trainingSeconds: result.trainingSeconds)
        return true
    }

    /// Ranks by the scores of all pairs, going on where an interrupted evaluation stopped.
    func scored(_ evaluator: Evaluator, _ job: Job) throws -> Scored {
        var progress = try EvaluationProgress(
            folder: progressFolder(job), evaluator.model, splits.test, in: evaluator.precision)
        let isWhole = progress.ranks.count == 0
        let scoring = meter("scoring")
        let clock = ContinuousClock()
        let begun = clock.now
        let ranks = try evaluator.ranks(continuing: progress.ranks, progress: scoring) { _, _, ranks in
            try progress.save(ranks)
            try checkStop()
        }
        let pairs = splits.test.imageCount * splits.test.captions.count
        return Scored(
            ranks: ranks, pairsPerSecond: isWhole ? Self.rate(pairs, clock.now - begun) : nil, shortlist: nil)
    }

    /// Ranks the best of each query by another variant's model, which chose them.
    func scoredByShortlist(_ evaluator: Evaluator, _ job: Job) throws -> Scored {
        guard let name = job.variant.shortlists?.first else { return try scored(evaluator, job) }
        let first = try self.evaluator(trained(name, seed: job.seed), splits.test, in: .fp32)
        let scoring = meter("scoring")
        let clock = ContinuousClock()
        let begun = clock.now
        let reranking = try Reranking(by: evaluator, of: first, size: Variant.Shortlists.size) { done, pairs in
            scoring(done, pairs)
            try checkStop()
        }
        return Scored(
            ranks: reranking.ranks, pairsPerSecond: Self.rate(reranking.pairs, clock.now - begun),
            shortlist: reranking.description(of: Self.title(of: name)))
    }

    /// What tables call the variant of a name.
    private static func title(of name: String) -> String {
        Experiment.allCases.flatMap(\.variants).first { $0.name == name }?.title ?? name
    }

    private static func rate(_ pairs: Int, _ time: Duration) -> Double? {
        let seconds = time / .seconds(1)
        return seconds > 0 ? Double(pairs) / seconds : nil
    }
}
