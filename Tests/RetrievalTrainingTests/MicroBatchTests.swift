import AsCLBase
import RetrievalModels
import Testing
import Torch

@testable import RetrievalTraining

/// A batch in pieces has the loss and the gradients of the batch at once.
@Suite struct MicroBatchTests {
    private func gradients(_ training: TinyTraining, microBatch: Int) throws -> (Double, [String: [Float]]) {
        var configuration = training.configuration
        configuration.training.microBatchSize = microBatch
        let model = try RetrievalModel(
            configuration.modelConfiguration(for: training.split, training.model().textEncoder),
            textEncoder: training.model().textEncoder, seed: 3)
        let trained = try TrainedParameters(model, configuration, pairs: 12)
        let loss = BatchLoss(
            configuration: configuration, samples: try training.samples(model), temperature: trained.temperature)
        var generator = SeededGenerator(seed: 6)
        let value = try loss.backward(
            [0, 1, 4, 9, 11, 6, 7], of: model.scorer, epoch: 0, step: 0, &generator)
        return (
            try value.sum.item(),
            try trained.parameters.dictionary.mapValues { try ($0.gradient ?? $0.zerosLike()).array() }
        )
    }

    @Test(arguments: [
        [], ["model.fusion=gated"], ["model.fusion=none"], ["samples.level=embeddings"], ["loss.kind=triplet"],
        ["loss.positives=false", "loss.negatives=false"], ["text_encoder.trainable=true"],
        ["model.method=scan"], ["model.method=vse++", "model.words=gru"], ["training.learn_temperature=true"],
        ["training.region_dropout=0.5", "training.word_dropout=0.3"], ["training.feature_dropout=0.4"],
        ["model.method=mixed", "model.vector_dimension=6"], ["training.precision=int16"],
        ["training.precision=bf16"],
    ])
    func `loss and gradients are those of the whole batch`(_ overrides: [String]) throws {
        var training = try TinyTraining()
        training.configuration.model.jointDimension = 8
        training.configuration.model.heads = 2
        // Whether a text that shuffling left as it is counts as above its image's own is rounding's choice.
        training.configuration.samples.noise = .gaussian
        try training.configuration.apply(overrides: overrides)
        // bfloat16 keeps 8 bits.
        let precision = training.configuration.training.precision
        let tolerance: Float = precision == .bf16 ? 0.05 : 1e-4
        // In int16 the kernel's gradients may be of bfloat16 products, which round otherwise in each piece.
        let gradientTolerance: Float = precision == .fp32 ? 1e-4 : 0.05
        let (loss, whole) = try gradients(training, microBatch: 0)
        for size in [2, 3, 7] {
            let (other, parts) = try gradients(training, microBatch: size)
            #expect(abs(other - loss) < Double(tolerance) * abs(loss))
            for (name, gradient) in whole {
                let length = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
                let apart = zip(gradient, parts[name] ?? []).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
                #expect(apart.squareRoot() <= gradientTolerance * length + 1e-6, "\(name), \(size)")
            }
        }
    }

    @Test func `a loss that is no number ends the run with its step`() throws {
        var training = try TinyTraining()
        training.configuration.training.learningRate = 1e30
        training.configuration.training.microBatchSize = 2
        let error = try #require(throws: TrainingError.self) { try training.run(into: "run") }
        guard case .diverged(let step, let loss) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(step == 2 && !loss.isFinite)
    }
}
