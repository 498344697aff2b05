import Foundation
import RetrievalEvaluation
import RetrievalFixtures
import RetrievalModels
import Testing
import Torch

@testable import RetrievalTraining

@Suite struct TrainerTests {
    @Test func `the loss falls until a few pairs are told apart`() throws {
        var training = try TinyTraining(images: 8, captionsPerImage: 1)
        training.configuration.training.batchSize = 8
        training.configuration.training.epochs = 60
        training.configuration.training.learningRateDecay.everyEpochs = 60
        #expect(Set(training.split.captions).count == 8)
        guard case .finished(let rsum, let epoch) = try training.run(into: "run").outcome else {
            Issue.record("not finished")
            return
        }
        #expect(rsum == 600)
        #expect((2...60).contains(epoch))
        let losses = try training.log("run").compactMap { $0["loss"] }
        #expect(losses.count == 60)
        #expect(try #require(losses.last) < #require(losses.first) / 2)
    }

    @Test func `a seed gives its run to the bit, another seed another`() throws {
        var training = try TinyTraining()
        let first = try values(training.run(into: "first").model)
        #expect(try values(training.run(into: "second").model) == first)
        for file in ["model.safetensors", "optimizer.safetensors", "trainer.json"] {
            #expect(try training.folder.data("first/" + file) == training.folder.data("second/" + file))
        }
        training.configuration.training.seed = 1
        #expect(try values(training.run(into: "third").model) != first)
    }

    @Test func `a run leaves a checkpoint, a log and an event file`() throws {
        let training = try TinyTraining()
        try training.run(into: "run")
        let files = try FileManager.default.subpathsOfDirectory(atPath: training.folder.path + "/run")
        for name in ["config.json", "log.jsonl", "model.safetensors", "optimizer.safetensors", "trainer.json"] {
            #expect(files.contains(name))
        }
        #expect(files.count { $0.hasPrefix("events.out.tfevents.") } == 1)
        let log = try training.log("run")
        #expect(log.compactMap { $0["loss"] == nil ? nil : $0["step"] } == [1, 2, 3, 4, 5, 6])
        #expect(log.compactMap { $0["validation_rsum"] == nil ? nil : $0["step"] } == [3, 6])
        #expect(log.map { $0["epoch"] } == [1, 1, 1, 1, 2, 2, 2, 2])
        #expect(log.allSatisfy { $0["loss"] == nil || $0["gradient_norm"].map { $0 > 0 } == true })
    }

    @Test func `the learning rate falls by its schedule`() throws {
        var training = try TinyTraining()
        training.configuration.training.epochs = 3
        training.configuration.training.learningRateDecay = .init()
        training.configuration.training.learningRateDecay.everyEpochs = 1
        training.configuration.training.logEverySteps = 3
        try training.run(into: "run")
        let rates = try training.log("run").compactMap { $0["learning_rate"] }
        #expect(zip(rates, [5e-3, 5e-4, 5e-5]).allSatisfy { abs($0 / $1 - 1) < 1e-9 } && rates.count == 3)
    }

    @Test func `the checkpoint is that of the best validation`() throws {
        var training = try TinyTraining()
        // So long a step that later epochs are no better.
        training.configuration.training.learningRate = 0.3
        training.configuration.training.epochs = 6
        let (outcome, last) = try training.run(into: "run")
        let best = try RetrievalModel(checkpoint: training.folder.path + "/run")
        func rsum(_ model: RetrievalModel) throws -> Double {
            try RetrievalResult(Evaluator(model, training.split).ranks()).rsum
        }
        let validations = try training.log("run").compactMap { $0["validation_rsum"] }
        let highest = try #require(validations.max())
        let epoch = try #require(validations.firstIndex(of: highest)) + 1
        #expect(outcome == .finished(bestRsum: highest, epoch: epoch))
        #expect(try rsum(best) == highest)
        #expect(epoch < 6)
        #expect(try values(best) != values(last))
    }

    @Test(arguments: [TrainingConfiguration.LossKind.contrastive, .triplet])
    func `bfloat16 trains with float32 parameters`(_ kind: TrainingConfiguration.LossKind) throws {
        var training = try TinyTraining()
        training.configuration.training.precision = .bf16
        training.configuration.loss.kind = kind
        let before = try values(training.model())
        let model = try training.run(into: "run").model
        let after = try values(model)
        #expect(model.parameters.entries.allSatisfy { $0.tensor.dtype == .float32 })
        #expect(after.values.allSatisfy { $0.allSatisfy(\.isFinite) })
        #expect(before.keys.allSatisfy { before[$0] != after[$0] })
        training.configuration.training.precision = .fp32
        #expect(try values(training.run(into: "exact").model) != after)
    }

    @Test func `a frozen text encoder stays as it is`() throws {
        let training = try TinyTraining()
        let model = try training.run(into: "run").model
        #expect(try encoderValues(model) == encoderValues(training.model()))
        #expect(
            try training.folder.data("run/text_encoder/vocab.txt") == training.folder.data("bert/vocab.txt"))
        let saved = try RetrievalModel(checkpoint: training.folder.path + "/run")
        #expect(try encoderValues(saved) == encoderValues(model))
    }

    @Test func `a trainable text encoder learns, at its own rate, and is saved`() throws {
        var training = try TinyTraining()
        training.configuration.textEncoder.trainable = true
        training.configuration.training.epochs = 1
        training.configuration.training.batchSize = 12
        let before = try encoderValues(training.model())
        let model = try training.run(into: "run").model
        let after = try encoderValues(model)
        let largestStep = try #require(
            before.flatMap { name, old in zip(old, after[name] ?? []).map { abs($0 - $1) } }.max())
        // Adam's first step is the learning rate: 5e-3, times the factor 0.1.
        #expect(abs(largestStep - 5e-4) < 5e-6)
        let untouched = before.keys.filter { before[$0] == after[$0] }
        #expect(untouched.isEmpty, "\(untouched)")
        let saved = try RetrievalModel(checkpoint: training.folder.path + "/run")
        #expect(try encoderValues(saved) == after)
    }

    @Test func `captions that are cut are told of`() throws {
        let training = try TinyTraining()
        var configuration = try training.data.configuration()
        configuration.maxTokens = 4
        let model = try RetrievalModel(configuration, textEncoder: training.model().textEncoder, seed: 1)
        var lines: [String] = []
        func note(_ event: TrainingEvent) {
            if case .notice(let text) = event { lines.append(text) }
        }
        _ = try training.trainer(model, onEvent: note)
        let cut = training.split.captions.count { $0.split(separator: " ").count > 2 }
        let all = training.split.captions.count
        #expect(lines.first == "\(cut) of \(all) captions to train on are longer than 4 tokens and are cut")
        #expect(lines[1] == "\(cut) of \(all) captions to validate on are longer than 4 tokens and are cut")
        // Two captions an image: each joined with the other.
        #expect(lines[2].hasSuffix(" of \(all) long positives are longer than 4 tokens and are cut"))
        try #require(lines.count == 3)
        configuration.maxTokens = 1000
        let vast = try RetrievalModel(configuration, textEncoder: model.textEncoder, seed: 1)
        _ = try training.trainer(vast, onEvent: note)
        #expect(lines[3...] == ["max_tokens is 1000, but the text encoder has positions for \(vast.tokenLimit)"])
        configuration.maxTokens = vast.tokenLimit
        _ = try training.trainer(
            RetrievalModel(configuration, textEncoder: model.textEncoder, seed: 1), onEvent: note)
        #expect(lines.count == 4)
    }

    @Test func `a head of the text encoder's that is left out is told of`() throws {
        let training = try TinyTraining()
        let path = training.folder.path + "/bert/model.safetensors"
        let tensors = try TensorFiles.load(weights: path)
        try TensorFiles.save(tensors.merging(["classifier.weight": .zeros([2, 12])]) { $1 }, to: path)
        var lines: [String] = []
        _ = try training.trainer(training.model()) { event in
            if case .notice(let text) = event { lines.append(text) }
        }
        #expect(lines.contains("\(path): not needed and left out: classifier.* (1)"))
    }

    @Test func `a loss that is no number ends the run with its step`() throws {
        var training = try TinyTraining()
        training.configuration.training.learningRate = 1e30
        let error = try #require(throws: TrainingError.self) { try training.run(into: "run") }
        guard case .diverged(let step, let loss) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(step == 2 && !loss.isFinite)
    }
}
