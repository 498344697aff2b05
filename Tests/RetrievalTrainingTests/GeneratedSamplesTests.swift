import AsCLBase
import RetrievalData
import RetrievalModels
import Testing
import TextEncoding
import Torch

@testable import RetrievalTraining

@Suite struct GeneratedSamplesTests {
    @Test func `long positives join two captions of the image, short ones are a caption's first half`() throws {
        var training = try TinyTraining(images: 4, captionsPerImage: 3)
        let model = try training.model()
        let captions = training.split.captions
        let batch = [0, 4, 5, 11]
        func texts(_ positives: TrainingConfiguration.Positives, seed: UInt64) throws -> [[Int32]] {
            training.configuration.samples.positives = positives
            var generator = SeededGenerator(seed: seed)
            return try training.samples(model).positives(batch, &generator)
        }
        func tokens(_ texts: [String]) throws -> [[Int32]] { try model.tokenize(texts).map(\.ids) }
        let short = try tokens(batch.map { CaptionVariants.shortPositive(captions[$0]) })
        let long = try batch.map { caption in
            let own = training.split.captionsOfImage[caption / 3].map { captions[$0] }
            return try tokens(
                own.indices.flatMap { one in
                    own.indices.filter { $0 != one }.map { own[one] + " " + own[$0] }
                })
        }
        #expect(try texts(.short, seed: 1) == short)
        var kinds: Set<Bool> = []
        for seed in 0..<8 as Range<UInt64> {
            for (place, text) in try texts(.long, seed: seed).enumerated() { #expect(long[place].contains(text)) }
            for (place, text) in try texts(.both, seed: seed).enumerated() {
                #expect(text == short[place] || long[place].contains(text))
                kinds.insert(text == short[place])
            }
        }
        #expect(kinds == [true, false])
    }

    @Test(
        arguments: [TrainingConfiguration.NoiseLevel.words, .embeddings],
        [TrainingConfiguration.Noise.mixture, .gaussian, .dropout, .cutoff, .shuffle])
    func `negatives are finite, differ from their texts and are as long`(
        _ level: TrainingConfiguration.NoiseLevel, _ noise: TrainingConfiguration.Noise
    ) throws {
        let given = try Negatives(level, noise)
        let (clean, noisy) = (given.clean, try given.make(seed: 3))
        #expect(noisy.lengths == clean.lengths)
        #expect(try noisy.rows.allFinite())
        for text in clean.lengths.indices {
            let distance = try (noisy.selecting([text]).rows - clean.selecting([text]).rows).norm(-1).sum().item()
            #expect(distance > 1e-3, "text \(text)")
        }
        #expect(try given.make(seed: 3).rows.array(Float.self) == noisy.rows.array(Float.self))
        #expect(try given.make(seed: 4).rows.array(Float.self) != noisy.rows.array(Float.self))
    }

    @Test(arguments: [TrainingConfiguration.Noise.gaussian, .dropout, .cutoff])
    func `noise on words leaves special tokens, noise on embeddings reaches them`(
        _ noise: TrainingConfiguration.Noise
    ) throws {
        for level in [TrainingConfiguration.NoiseLevel.words, .embeddings] {
            let given = try Negatives(level, noise)
            let noisy = try given.make(seed: 3)
            for text in noisy.lengths.indices {
                let first = try (noisy.selecting([text]).rows - given.clean.selecting([text]).rows).selected(0, 0)
                let distance = try first.norm(0).item()
                #expect((distance == 0) == (level == .words))
            }
        }
    }

    @Test(arguments: [TrainingConfiguration.NoiseLevel.words, .embeddings])
    func `shuffling goes through the text encoder, whatever the level`(
        _ level: TrainingConfiguration.NoiseLevel
    ) throws {
        let given = try Negatives(level, .shuffle)
        let noisy = try given.make(seed: 3)
        var generator = SeededGenerator(seed: 3)
        let shuffled = given.tokens.map { AsymmetryNoise.shuffled($0, &generator) }
        let ascl = try given.samples.words.model.ascl
        for (text, tokens) in shuffled.enumerated() {
            let expected = try ascl.project(given.samples.words.words(of: [tokens]))
            let distance = try (noisy.selecting([text]).rows - expected.rows).norm(-1).sum().item()
            #expect(distance < 1e-4)
        }
    }

    @Test(arguments: [TrainingConfiguration.NoiseLevel.words, .embeddings])
    func `noise that was drawn is not drawn again`(_ level: TrainingConfiguration.NoiseLevel) throws {
        let given = try Negatives(level, .gaussian)
        var generator = SeededGenerator(seed: 3)
        let first = try given.make(&generator).rows.array(Float.self)
        #expect(try given.make(&generator).rows.array(Float.self) != first)
    }

    @Test func `mixture draws all four kinds`() throws {
        let given = try Negatives(.words, .mixture, copies: 80)
        let noisy = try given.make(seed: 3)
        var counts = [0, 0, 0, 0]
        for text in noisy.lengths.indices {
            let clean = try given.clean.selecting([text]).rows.detached().array(Float.self)
            let rows = try noisy.selecting([text]).rows.detached().array(Float.self)
            let words = 16..<rows.count - 16
            let scaled = words.contains { rows[$0] != 0 && abs(rows[$0] / clean[$0] - 2) < 1e-5 }
            let kept = words.contains { rows[$0] == clean[$0] }
            let zeros = words.contains { rows[$0] == 0 }
            // Only shuffling moves the special tokens; dropout doubles what it keeps; cutoff leaves the rest alone.
            if rows[0] != clean[0] {
                counts[0] += 1
            } else if zeros && scaled {
                counts[1] += 1
            } else if zeros && kept {
                counts[2] += 1
            } else if !zeros && !kept {
                counts[3] += 1
            }
        }
        #expect(counts.reduce(0, +) == 80)
        // Twenty of each are expected; five standard deviations.
        #expect(counts.allSatisfy { (2...39).contains($0) }, "\(counts)")
    }

    /// As processes do that share a batch.
    @Test(arguments: TrainingConfiguration.NoiseLevel.allCases, TrainingConfiguration.Noise.allCases)
    func `some texts of a batch get the noise that they get among all`(
        _ level: TrainingConfiguration.NoiseLevel, _ noise: TrainingConfiguration.Noise
    ) throws {
        let negatives = try Negatives(level, noise, copies: 40)
        var generator = SeededGenerator(seed: 4)
        let whole = try negatives.make(&generator)
        let after = generator.next()
        for parts in [[0..<40], [0..<1, 1..<25, 25..<40]] {
            let found = try TextBatch.joined(
                parts.map { part in
                    var generator = SeededGenerator(seed: 4)
                    let texts = try negatives.make(&generator, own: part)
                    #expect(generator.next() == after, "the chance that follows is the same too")
                    return texts
                })
            #expect(found.lengths == whole.lengths)
            #expect(try (found.rows - whole.rows).norm(-1).sum().item() < 1e-3, "\(parts)")
        }
    }

    @Test func `a frozen encoder's vectors are kept and are those it gives`() throws {
        let training = try TinyTraining()
        let model = try training.model()
        let samples = try training.samples(model)
        let kept = try samples.words.words(of: [3, 0, 7].map { samples.tokens[$0] })
        let fresh = try model.encode([3, 0, 7].map { samples.tokens[$0] })
        #expect(kept.lengths == fresh.lengths)
        #expect(try (kept.rows - fresh.rows).norm(-1).sum().item() < 1e-5)
        #expect(!fresh.rows.requiresGradient)
    }

    @Test func `gradients reach an encoder that is trained, through noise too`() throws {
        var training = try TinyTraining()
        training.configuration.textEncoder.trainable = true
        training.configuration.samples.level = .embeddings
        training.configuration.samples.noise = .gaussian
        let model = try training.model()
        let samples = try training.samples(model)
        try model.textEncoder.parameters.setRequiresGradient(true)
        var generator = SeededGenerator(seed: 1)
        let tokens = samples.tokens
        let clean = try model.ascl.project(samples.words.words(of: tokens))
        try samples.negatives(tokens, tokens.indices, clean: clean, &generator).rows.norm(-1).sum().backward()
        let reached = try model.textEncoder.parameters.entries.filter { entry in
            try entry.tensor.gradient.map { try $0.reshaped([-1]).norm(0).item() > 0 } ?? false
        }
        #expect(reached.count == model.textEncoder.parameters.entries.count)
    }
}

/// Texts of five words each, as clean words and as what noise makes of them.
private struct Negatives {
    let samples: GeneratedSamples
    let tokens: [[Int32]]
    let clean: TextBatch

    init(
        _ level: TrainingConfiguration.NoiseLevel, _ noise: TrainingConfiguration.Noise, copies: Int = 1
    ) throws {
        var training = try TinyTraining()
        training.configuration.samples.level = level
        training.configuration.samples.noise = noise
        let model = try training.model()
        samples = try training.samples(model)
        let texts = ["the red dog runs under", "two small cat near a tree", "old horse behind the blue boat"]
        tokens = try model.tokenize(copies == 1 ? texts : Array(repeating: texts[1], count: copies)).map(\.ids)
        clean = try model.ascl.project(samples.words.words(of: tokens))
    }

    func make(seed: UInt64) throws -> TextBatch {
        var generator = SeededGenerator(seed: seed)
        return try make(&generator)
    }

    /// - Parameter own: The texts that are wanted; nil for all.
    func make(_ generator: inout SeededGenerator, own: Range<Int>? = nil) throws -> TextBatch {
        let own = own ?? tokens.indices
        let negatives = try samples.negatives(tokens, own, clean: clean.selecting(Array(own)), &generator)
        return try negatives.replacingRows(negatives.rows.detached())
    }
}
