import AsCLBase
import Testing
import TextEncoding
import Torch

@testable import RetrievalModels

@Suite struct LightningDOTTests {
    private static func given(
        imageCount: Int = 3, lengths: [Int] = [4, 3, 5, 4, 8], dropout: Double = 0.1, width: Int = 8
    ) throws -> FormulaCase<LightningDOT> {
        try UNITERTests.given(
            UNITERTests.configuration(.lightningDOT, width: width, dropout: dropout), imageCount: imageCount,
            lengths: lengths, LightningDOT.init)
    }

    private static func world(classes: Int = 0) throws -> JointTaskCase<LightningDOT> {
        try JointTaskCase(UNITERTests.configuration(.lightningDOT, dropout: 0, classes: classes), LightningDOT.init)
    }

    @Test func `scores are those of the equations`() throws { try Self.given().expectFormula() }

    @Test func `a score depends on its pair alone`() throws { try Self.given().expectScoresOfPairsAlone() }

    @Test func `what a search compares are the directions of what is scored`() throws {
        let given = try Self.given()
        let scored = try (
            given.scorer.scorable(given.images, in: .fp32), given.scorer.scorable(given.texts, in: .fp32)
        )
        let compared = try (given.scorer.vectors(given.images), given.scorer.vectors(given.texts))
        for (scored, compared) in [(scored.0, compared.0), (scored.1, compared.1)] {
            let (lengths, unit) = try ((scored * scored).sum(1), (compared * compared).sum(1))
            #expect(try unit.array(Float.self).allSatisfy { abs($0 - 1) < 1e-5 })
            let along = try (scored * compared).sum(1).array(Float.self)
            #expect(try zip(along, lengths.array(Float.self)).allSatisfy { abs($0 - $1.squareRoot()) < 1e-4 })
        }
    }

    @Test func `gradients are the slopes of the equations`() throws {
        // What all keys share changes no softmax; the rest are the tasks' own.
        try Self.given(imageCount: 1, lengths: [4, 5]).expectGradients {
            $0.hasSuffix("self.key.bias") || $0.hasPrefix("heads.") || $0.hasSuffix("mask_embedding")
        }
    }

    @Test func `the triplet loss goes down`() throws {
        try Self.given(imageCount: 5, dropout: 0, width: 16).expectLearning()
    }

    @Test func `words are guessed by the equations, and the image helps`() throws {
        let world = try Self.world()
        let term = try #require(world.terms(.words).first)
        #expect(term.name == "words" && term.weight == 1)
        try world.expect(term) { plain in
            Plain.mean(
                zip(world.maskedWords, world.images).flatMap { text, image in
                    let states = plain.textStates(rows: text.rows)
                    let help = plain.imageStates(image)[0]
                    return text.answers.map {
                        Plain.entropy(plain.wordLogits(Plain.sum(states[$0.place], help)), $0.row)
                    }
                })
        } idle: {
            // Of the image's tower the layers learn too.
            $0.hasSuffix("self.key.bias") || $0.hasPrefix("heads.regression") || $0.hasSuffix("mask_embedding")
                || $0.contains(".projection.inner") || $0.contains(".projection.output")
                || $0.contains(".projection.LayerNorm") || $0 == "scale"
        }
    }

    @Test(arguments: [LearningTask.regions, .classes])
    func `regions are guessed by the equations, and the text helps`(_ task: LearningTask) throws {
        let world = try Self.world(classes: 4)
        let term = try #require(world.terms(task).first)
        #expect(term.name == task.rawValue && term.weight == 1)
        try world.expect(term) { plain in
            Plain.mean(
                world.maskedRegions.enumerated().flatMap { pair, regions in
                    let image = world.images[pair]
                    let states = plain.imageStates(image, masked: Set(regions))
                    let help = plain.textStates(rows: world.rows[pair])[0]
                    return regions.flatMap { region in
                        let state = Plain.sum(states[region + 1], help)
                        return task == .regions
                            ? Plain.squares(plain.features(state), image.regions[region])
                            : [Plain.entropy(plain.classLogits(state), (pair * 5 + region) * 5 % 4)]
                    }
                })
        } idle: {
            $0.hasSuffix("self.key.bias") || $0.hasPrefix("heads.mlm") || $0.contains(".projection.inner")
                || $0.contains(".projection.output") || $0.contains(".projection.LayerNorm") || $0 == "scale"
                || $0.hasPrefix(task == .regions ? "heads.classes" : "heads.regression")
        }
    }

    @Test func `matching is the contrastive loss of the batch`() throws {
        let world = try Self.world()
        let scores = try Plain.rows(world.given.scores(world.given.images, world.given.texts))
        let expected = (0..<3).map { item in
            (Plain.entropy(scores[item], item) + Plain.entropy(scores.map { $0[item] }, item)) / 6
        }.reduce(0, +)
        let terms = try world.terms(.matching)
        #expect(try terms.map(\.name) == ["matching"] && abs(terms[0].value.item() - expected) < 1e-5)
        // A text of the same image is no wrong one.
        var generator = SeededGenerator(seed: 1)
        let same = try world.given.scorer.terms(
            of: .matching,
            on: PairBatch(images: world.pairs.images, texts: world.pairs.texts, imageOfPair: [7, 7, 7]), &generator)
        #expect(try abs(same[0].value.item()) < 1e-6)
    }

    @Test func `transport is no part of it`() throws {
        #expect(throws: InputError.self) {
            try UNITERTests.configuration(.lightningDOT, transport: 0.1).validate(path: "config.json")
        }
    }
}
