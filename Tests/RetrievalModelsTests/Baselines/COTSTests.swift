import AsCLBase
import Foundation
import Testing
import TextEncoding
import Torch

@testable import RetrievalModels

@Suite struct COTSTests {
    private static func given(
        imageCount: Int = 3, lengths: [Int] = [4, 3, 5, 4, 8], dropout: Double = 0.1, width: Int = 8
    ) throws -> FormulaCase<COTS> {
        try StreamCase.given(
            StreamCase<COTS>.configuration(.cots, width: width, dropout: dropout), imageCount: imageCount,
            lengths: lengths, COTS.init)
    }

    private static func world(classes: Int = 0, hasDictionary: Bool = false) throws -> StreamCase<COTS> {
        try StreamCase(
            StreamCase<COTS>.configuration(.cots, classes: classes, hasDictionary: hasDictionary), COTS.init)
    }

    @Test func `scores are those of the equations`() throws { try Self.given().expectFormula() }

    @Test func `a score depends on its pair alone`() throws { try Self.given().expectScoresOfPairsAlone() }

    @Test func `gradients are the slopes of the equations`() throws {
        // What all keys share changes no softmax; the rest are the tasks' own.
        try Self.given(imageCount: 1, lengths: [4, 5]).expectGradients { Self.isIdle($0) || $0.hasPrefix("heads.") }
    }

    @Test func `pairs are learnt`() throws { try Self.world().expectLearning() }

    private static func isIdle(_ name: String) -> Bool {
        name.hasSuffix("self.key.bias") || name.hasSuffix("mask_embedding")
    }

    @Test func `pairs are told apart by keys, and both directions are to agree`() throws {
        let world = try Self.world()
        let (keys, queue) = try world.keys(width: 8)
        var generator = world.generator
        let terms = try world.given.scorer.whileTraining.terms(
            on: world.pairs, keys, queue, isPretraining: false, &generator)
        #expect(terms.map(\.name) == ["contrast", "divergence"] && terms.allSatisfy { $0.weight == 1 })
        func shares(_ plain: PlainStreams) throws -> [(ofTexts: Plain.Vector, ofImages: Plain.Vector)] {
            let images = world.images.map { plain.vector("image", plain.imageStates($0)) }
            let texts = world.rows.map { plain.vector("text", plain.textStates($0)) }
            return try (0..<3).map { try world.shares($0, images: images, texts: texts, keys, queue) }
        }
        func idle(_ name: String) -> Bool { Self.isIdle(name) || name.hasPrefix("heads.") }
        try world.expect(terms[0], idle: idle) { plain in
            try Plain.mean(shares(plain).map { -log($0.ofTexts[0]) - log($0.ofImages[0]) })
        }
        try world.expect(terms[1], idle: idle) { plain in
            try Plain.mean(shares(plain).map { Plain.divergence($0.ofTexts, $0.ofImages) })
        }
    }

    @Test(arguments: [true, false])
    func `what is masked is guessed with the help of the other side's vector`(_ hasDictionary: Bool) throws {
        let world = try Self.world(classes: 4, hasDictionary: hasDictionary)
        let (keys, queue) = try world.keys(width: 8)
        var generator = world.generator
        let terms = try world.given.scorer.whileTraining.terms(
            on: world.pairs, keys, queue, isPretraining: true, &generator)
        #expect(terms.map(\.name) == ["contrast", "divergence", "tokens", "words"])
        #expect(terms.allSatisfy { $0.weight == 1 })
        var again = world.generator
        let words = world.maskedWords(rate: 0.15, &again)
        let masked = (0..<3).map { _ in MaskedPatches.chosen(of: 5, &again) }
        let vectors = try world.given.parameters.dictionary["dictionary.vectors"].map(Plain.rows) ?? []
        func token(_ pair: Int, _ region: Int) -> Int {
            if let told = world.pairs.classes { return told[pair * 5 + region] }
            func distance(_ token: Int) -> Double {
                Plain.squares(vectors[token], world.images[pair].regions[region]).reduce(0, +)
            }
            return vectors.indices.min { distance($0) < distance($1) } ?? 0
        }
        func helped(_ states: [[Double]], _ head: String, _ vector: Plain.Vector, _ plain: PlainStreams) -> [[Double]] {
            let weight = plain.p[head + ".partner.weight"]
            let help = (0..<8).map { Plain.dot(Array(weight[$0 * 8..<$0 * 8 + 8]), vector) }
            return states.map { Plain.sum($0, help) }
        }
        try world.expect(terms[2]) {
            Self.isIdle($0) && !$0.hasSuffix("mask_embedding") || $0.hasPrefix("heads.mlm")
                || $0 == "image.projection.weight" || $0 == "image.projection.bias"
        } _: { plain in
            Plain.mean(
                masked.enumerated().flatMap { pair, regions in
                    let image = world.images[pair]
                    let text = plain.vector("text", plain.textStates(world.rows[pair]))
                    let states = helped(
                        plain.imageStates(image, masked: Set(regions)), "heads.tokens", text, plain)
                    return regions.map {
                        Plain.entropy(plain.p.layer("heads.tokens.output", states[$0 + 1]), token(pair, $0))
                    }
                })
        }
        try world.expect(terms[3]) {
            Self.isIdle($0) || $0.hasPrefix("heads.tokens") || $0 == "text.projection.weight"
                || $0 == "text.projection.bias"
        } _: { plain in
            Plain.mean(
                zip(words, world.images).flatMap { text, image in
                    let vector = plain.vector("image", plain.imageStates(image))
                    let states = helped(plain.textStates(text.rows), "heads.mlm", vector, plain)
                    return text.answers.map { Plain.entropy(plain.logits("heads.mlm", states[$0.place]), $0.row) }
                })
        }
    }

    @Test func `keys are vectors without a gradient`() throws {
        let world = try Self.world()
        let keys = try world.given.scorer.keys(of: world.pairs)
        #expect(!keys.images.requiresGradient && !keys.texts.requiresGradient && keys.owners == [0, 1, 2])
        let scores = try keys.images.matmul(keys.texts.transposed())
        #expect(
            try Plain.distance(scores, Plain.rows(world.given.scores(world.given.images, world.given.texts))) < 1e-6)
    }
}
