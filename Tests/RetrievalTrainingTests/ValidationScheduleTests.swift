import RetrievalEvaluation
import RetrievalModels
import Testing

@testable import RetrievalTraining

/// 3 steps an epoch.
@Suite struct ValidationScheduleTests {
    @Test func `it validates every so many steps, and at the end`() throws {
        var training = try TinyTraining()
        training.configuration.training.epochs = 3
        training.configuration.training.validateEvery = 4
        var epochs: [Int] = []
        _ = try training.trainer(training.model()).run(in: training.output("run"), isStopping: { false }) { event in
            if case .validated(_, let epoch) = event { epochs.append(epoch) }
        }
        let log = try training.log("run").filter { $0["validation_rsum"] != nil }
        #expect(log.map { $0["step"] } == [4, 8, 9])
        #expect(epochs == [2, 3, 3] && log.map { $0["epoch"] } == [2, 3, 3])
        #expect(log.allSatisfy { $0["validation_i2t_r5"] != nil && $0["validation_t2i_median_rank"] != nil })
    }

    /// So long a step that later validations are no better.
    private func training() throws -> TinyTraining {
        var training = try TinyTraining()
        training.configuration.training.learningRate = 0.3
        training.configuration.training.epochs = 20
        training.configuration.training.patience = 3
        return training
    }

    @Test func `a run without a better result for so long ends, says so and keeps the best`() throws {
        let training = try training()
        var lines: [String] = []
        let outcome = try training.trainer(training.model()).run(in: training.output("run"), isStopping: { false }) {
            event in
            if case .notice(let line) = event { lines.append(line) }
        }
        let rsums = try training.log("run").compactMap { $0["validation_rsum"] }
        let best = try #require(rsums.max())
        let place = try #require(rsums.firstIndex(of: best))
        #expect(rsums.count == place + 4 && rsums.count < 20)
        #expect(outcome == .finished(bestRsum: best, epoch: place + 1))
        #expect(
            lines == [
                "no better Rsum in 3 validations (training.patience): ended after step \(3 * rsums.count) of 60, and the "
                    + "best model stays"
            ])
        let saved = try RetrievalModel(checkpoint: training.folder.path + "/run")
        #expect(try RetrievalResult(Evaluator(saved, training.split).ranks()).rsum == best)
        // Resumed, it has nothing left to do.
        let folder = try RunFolder(claiming: training.folder.path + "/run", existing: .resume)
        #expect(try training.trainer(training.model(seed: 9)).run(in: folder) == outcome)
        #expect(try training.log("run").compactMap { $0["validation_rsum"] } == rsums)
    }
}
