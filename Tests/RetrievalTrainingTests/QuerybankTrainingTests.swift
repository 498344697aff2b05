import RetrievalEvaluation
import RetrievalFixtures
import RetrievalModels
import Testing
import TextEncoding

@testable import RetrievalTraining

@Suite struct QuerybankTrainingTests {
    private func training() throws -> TinyTraining {
        var training = try TinyTraining(images: 8, captionsPerImage: 2)
        training.configuration.model.method = .dualEncoder
        training.configuration.model.jointDimension = 7
        training.configuration.model.querybank = 5
        training.configuration.loss.positives = false
        training.configuration.loss.negatives = false
        training.configuration.training.movingAverage = 0.75
        return training
    }

    private func model(_ training: TinyTraining) throws -> RetrievalModel {
        let encoder = try TextEncoder(directory: training.folder.path + "/bert")
        return try RetrievalModel(
            training.configuration.modelConfiguration(for: training.split, encoder), textEncoder: encoder, seed: 1)
    }

    private func run(_ training: TinyTraining, into name: String) throws {
        _ = try training.trainer(model(training)).run(in: training.output(name))
    }

    @Test func `the bank that is kept is of the weights that are kept, and is what they are validated by`() throws {
        let training = try training()
        try run(training, into: "run")
        let saved = try RetrievalModel(checkpoint: training.folder.path + "/run")
        let bank = try values(saved).filter { $0.key.hasPrefix("querybank.") }
        #expect(bank.count == 2 && bank.values.allSatisfy { $0.contains { $0 != 0 } })
        let rsum = try RetrievalResult(Evaluator(saved, training.split).ranks()).rsum
        #expect(try training.log("run").compactMap { $0["validation_rsum"] }.max() == rsum)
        try saved.fillQuerybank(from: training.split)
        for (name, found) in try values(saved) where name.hasPrefix("querybank.") {
            #expect(zip(found, bank[name] ?? []).allSatisfy { abs($0 - $1) < 1e-6 })
        }
    }

    @Test func `steps do not see it`() throws {
        var training = try training()
        try run(training, into: "bank")
        training.configuration.model.querybank = 0
        try run(training, into: "none")
        let losses = try ["bank", "none"].map { try training.log($0).compactMap { $0["loss"] } }
        #expect(losses[0].count == 8 && losses[0] == losses[1])
    }

    @Test(arguments: [
        ("ascl", "model.querybank: expected 0, as ascl is no dual_encoder or mixed, found 3"),
        ("vse++", "model.querybank: expected 0, as vse++ is no dual_encoder or mixed, found 3"),
    ])
    func `a method without one is refused`(_ method: String, _ line: String) throws {
        var configuration = TrainingConfiguration()
        let error = #expect(throws: TrainingError.self) {
            try configuration.apply(overrides: ["model.method=\(method)", "model.querybank=3"])
        }
        #expect("\(try #require(error))".hasSuffix(line), "\(error.map { "\($0)" } ?? "")")
    }
}
