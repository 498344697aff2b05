import AsCLBase
import RetrievalData
import RetrievalModels
import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalTraining

/// The loss of a batch is put together from plain scores of separately made texts.
@Suite struct BatchLossTests {
    /// Captions 0 and 1 are of one image.
    static let batch = [0, 1, 4, 9]

    @Test(arguments: [true, false], [true, false])
    func `the parts are those that the configuration asks for`(_ positives: Bool, _ negatives: Bool) throws {
        var training = try TinyTraining()
        training.configuration.loss.positives = positives
        training.configuration.loss.negatives = negatives
        // Shuffling may leave a text as it is, and whether it then counts as above its image's own is rounding's choice.
        training.configuration.samples.noise = .gaussian
        let world = try World(training)
        var generator = SeededGenerator(seed: 6)
        let found = try world.loss(&generator).item()

        var again = SeededGenerator(seed: 6)
        let tokens = positives ? try world.samples.positives(Self.batch, &again) : nil
        let clean = try world.ascl.project(world.samples.words.words(of: Self.batch.map { world.samples.tokens[$0] }))
        var expected = try world.contrastive(
            clean, negatives ? world.negatives(world.tokens, clean, &again) : nil)
        if let tokens {
            let texts = try world.ascl.project(world.samples.words.words(of: tokens))
            let other = try world.contrastive(texts, negatives ? world.negatives(tokens, texts, &again) : nil)
            expected = (expected + other) / 2
        }
        #expect(abs(found - expected) < 1e-4)
    }

    @Test func `parts that learn apart make one loss with what is added to them`() throws {
        var configuration = try TinyTraining().configuration
        configuration.loss.kind = .triplet
        let generator = try Generator(seed: 4)
        let (scorer, _) = try ParameterStore.initialize(seed: 3) {
            try DIME(
                $0,
                BaselineConfiguration(
                    .dime, jointDimension: 16, regionDimension: 7, globalDimension: 5, textDimension: 6,
                    vocabularySize: 20, direction: .both))
        }
        let images = try ImageBatch(
            regions: .normal([4, 3, 7], generator: generator), globals: .normal([4, 5], generator: generator))
        let texts = try TextBatch(rows: .normal([12, 6], generator: generator), lengths: [3, 2, 4, 3])
        let found = try TrainingLoss(configuration, epoch: 9)(images, [texts], scorer)
        let learning = try scorer.learning(scorer.scorable(images, in: .fp32), scorer.scorable(texts, in: .fp32))
        let parts = try learning.scores.map {
            try RetrievalLoss.triplet(
                $0, margin: configuration.loss.margin, over: .hardest, reduction: configuration.loss.reduction
            ).item()
        }
        let (name, added) = try #require(learning.regularization)
        #expect(try parts.count == 2 && parts.allSatisfy { $0 > 0 } && added.item() > 0)
        #expect(found.parts.map(\.name) == ["captions", name])
        #expect(try abs(found.parts[0].value.item() - parts.reduce(0, +)) < 1e-5)
        #expect(try abs(found.sum.item() - parts.reduce(0, +) - added.item()) < 1e-5)
    }

    @Test func `the triplet loss knows the captions alone`() throws {
        var training = try TinyTraining()
        training.configuration.loss.kind = .triplet
        training.configuration.loss.margin = 0.3
        let world = try World(training)
        var generator = SeededGenerator(seed: 6)
        let untouched = generator
        let found = try world.loss(&generator).item()
        let clean = try world.ascl.project(world.samples.words.words(of: Self.batch.map { world.samples.tokens[$0] }))
        func expected(_ negatives: RetrievalLoss.Negatives, _ reduction: RetrievalLoss.Reduction) throws -> Double {
            try RetrievalLoss.triplet(
                world.scores(clean), margin: 0.3, over: negatives, reduction: reduction, excluded: world.excluded
            ).item()
        }
        #expect(try abs(found - expected(.hardest, .sum)) < 1e-4)
        var (one, other) = (generator, untouched)
        #expect(one.next() == other.next())

        training.configuration.loss.warmupEpochs = 2
        training.configuration.loss.reduction = .mean
        let warm = try World(training)
        for (epoch, negatives) in [(0, RetrievalLoss.Negatives.all), (1, .all), (2, .hardest)] {
            #expect(try abs(warm.loss(&generator, epoch: epoch).item() - expected(negatives, .mean)) < 1e-5)
        }
    }

    @Test(
        arguments: [TrainingConfiguration.NoiseLevel.words, .embeddings],
        [TrainingConfiguration.Noise.mixture, .gaussian, .dropout, .cutoff, .shuffle])
    func `every noise gives a finite loss with finite gradients`(
        _ level: TrainingConfiguration.NoiseLevel, _ noise: TrainingConfiguration.Noise
    ) throws {
        var training = try TinyTraining()
        training.configuration.samples.level = level
        training.configuration.samples.noise = noise
        let world = try World(training)
        try world.samples.words.model.parameters.setRequiresGradient(true)
        var generator = SeededGenerator(seed: 6)
        let loss = try world.loss(&generator)
        #expect(try loss.item().isFinite)
        try loss.backward()
        for (name, tensor) in world.samples.words.model.parameters.entries {
            #expect(try #require(tensor.gradient, "\(name)").allFinite(), "\(name)")
        }
    }

    private struct World {
        let training: TinyTraining
        let samples: GeneratedSamples
        let batchLoss: BatchLoss
        var ascl: AsCLModel { get throws { try samples.words.model.ascl } }
        var tokens: [[Int32]] { BatchLossTests.batch.map { samples.tokens[$0] } }

        init(_ training: TinyTraining) throws {
            self.training = training
            samples = try training.samples(training.model())
            batchLoss = BatchLoss(configuration: training.configuration, samples: samples)
        }

        func loss(_ generator: inout SeededGenerator, epoch: Int = 0) throws -> Tensor {
            try batchLoss(BatchLossTests.batch, of: samples.words.model.scorer, epoch: epoch, &generator).sum
        }

        func negatives(
            _ tokens: [[Int32]], _ clean: TextBatch, _ generator: inout SeededGenerator
        ) throws -> TextBatch {
            try samples.negatives(tokens, tokens.indices, clean: clean, &generator)
        }

        /// Plain S of the batch's images and projected texts.
        func scores(_ texts: TextBatch) throws -> Tensor {
            let images = BatchLossTests.batch.map { training.split.imageOfCaption[$0] }
            return try ascl.plainScores(
                ascl.project(samples.words.model.images(training.split, images)), texts
            ).similarity
        }

        var excluded: Tensor {
            get throws {
                let together = (0..<16).map { $0 == 1 || $0 == 4 }
                return try Tensor(together, shape: [4, 4])
            }
        }

        func contrastive(_ texts: TextBatch, _ negatives: TextBatch?) throws -> Double {
            try RetrievalLoss.contrastive(
                scores(texts), negatives: negatives.map(scores), temperature: 0.05, excluded: excluded
            ).item()
        }
    }
}
