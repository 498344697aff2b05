import RetrievalEvaluation
import RetrievalModels
import Testing

@testable import RetrievalTraining

@Suite struct MovingAverageTests {
    /// A run of 4 steps, validated at its end, and the weights after each step.
    private func recorded(_ training: TinyTraining) throws -> [[String: [Float]]] {
        let model = try training.model()
        var weights: [[String: [Float]]] = []
        _ = try training.trainer(model).run(in: training.output("run"), isStopping: { false }) { event in
            if case .step = event { weights.append((try? values(model)) ?? [:]) }
        }
        return weights
    }

    private func training() throws -> TinyTraining {
        var training = try TinyTraining(images: 8, captionsPerImage: 1)
        training.configuration.training.movingAverage = 0.75
        return training
    }

    @Test func `the saved weights are the average over the steps' weights`() throws {
        let training = try training()
        let weights = try recorded(training)
        try #require(weights.count == 4)
        let saved = try values(RetrievalModel(checkpoint: training.folder.path + "/run"))
        // Validated after steps 2 and 4; either may be the best.
        let matches = [2, 4].filter { steps in
            saved.allSatisfy { name, found in
                var average = weights[0][name] ?? []
                for step in weights[1..<steps] {
                    average = zip(average, step[name] ?? []).map { 0.75 * $0 + 0.25 * $1 }
                }
                return zip(average, found).allSatisfy { abs($0 - $1) < 1e-6 }
            }
        }
        #expect(matches.count == 1)
        #expect(saved != weights[1] && saved != weights[3])
    }

    @Test func `what is validated is the average`() throws {
        let training = try training()
        _ = try recorded(training)
        let saved = try RetrievalModel(checkpoint: training.folder.path + "/run")
        let rsum = try RetrievalResult(Evaluator(saved, training.split).ranks()).rsum
        #expect(try training.log("run").compactMap { $0["validation_rsum"] }.max() == rsum)
    }

    @Test func `steps go on from the weights themselves`() throws {
        var training = try training()
        let averaged = try training.run(into: "averaged").model
        training.configuration.training.movingAverage = 0
        #expect(try values(training.run(into: "plain").model) == values(averaged))
    }
}
