import Foundation
import RetrievalModels
import Testing
import Torch

@testable import RetrievalTraining

@Suite struct LearnedTemperatureTests {
    private func training(_ temperature: Double) throws -> TinyTraining {
        var training = try TinyTraining()
        training.configuration.training.learnTemperature = true
        training.configuration.loss.temperature = temperature
        return training
    }

    @Test func `it starts at the configuration's and moves by the learning rate`() throws {
        let training = try training(0.05)
        try training.run(into: "run")
        let found = try training.log("run").compactMap { $0["temperature"] }
        #expect(found.count == 6)
        // Adam's first step is the learning rate, of log(1 / tau).
        #expect(abs(abs(log(found[0] / 0.05)) - 5e-3) < 1e-4)
        #expect(Set(found).count == 6)
        #expect(try TensorFiles.load(weights: training.folder.path + "/run/model.safetensors")["loss.log_scale"] == nil)
    }

    @Test func `at its start the loss is that of the fixed one`() throws {
        var training = try training(0.05)
        try training.run(into: "learnt")
        training.configuration.training.learnTemperature = false
        try training.run(into: "fixed")
        let losses = try ["learnt", "fixed"].map { try #require(training.log($0).first?["loss"]) }
        #expect(abs(losses[0] - losses[1]) < 1e-4)
        #expect(try training.log("fixed").allSatisfy { $0["temperature"] == nil })
    }

    @Test(arguments: [0.01, 1])
    func `it stays within CLIP's range`(_ temperature: Double) throws {
        var training = try training(temperature)
        training.configuration.training.learningRate = 3
        try training.run(into: "run")
        let found = try training.log("run").compactMap { $0["temperature"] }
        #expect(found.allSatisfy { $0 > 0.01 - 1e-6 && $0 < 1 + 1e-6 }, "\(found)")
    }

    @Test(arguments: [
        (
            ["training.learn_temperature=true", "loss.kind=triplet"],
            "training.learn_temperature: expected false, as loss.kind triplet has no temperature, found true"
        ),
        (
            ["training.learn_temperature=true", "loss.temperature=0.005"],
            "loss.temperature: expected a number from 0.01 to 1.0, as it is learnt, found 0.005"
        ),
        (
            ["training.micro_batch_size=8", "loss.sparsity=0.1"],
            "training.micro_batch_size: expected 0, as loss.sparsity is of a whole batch, found 8"
        ),
        (
            ["training.micro_batch_size=8", "model.method=dsran"],
            "training.micro_batch_size: expected 0, as dsran normalises by the whole batch, found 8"
        ),
        (
            ["training.moving_average=1"],
            "training.moving_average: expected a number of at least 0.0 and below 1.0, found 1"
        ),
    ])
    func `settings that exclude each other are refused in one line`(_ overrides: [String], _ line: String) throws {
        var configuration = TrainingConfiguration()
        let found = message { try configuration.apply(overrides: overrides) }
        #expect(found?.hasSuffix(line) == true, "\(found ?? "")")
    }
}
