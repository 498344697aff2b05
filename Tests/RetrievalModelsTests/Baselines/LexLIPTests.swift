import AsCLBase
import Foundation
import Testing
import TextEncoding
import Torch

@testable import RetrievalModels

@Suite struct LexLIPTests {
    private static func given(
        imageCount: Int = 3, lengths: [Int] = [4, 3, 5, 4, 8], dropout: Double = 0.1, width: Int = 8
    ) throws -> FormulaCase<LexLIP> {
        try StreamCase.given(
            StreamCase<LexLIP>.configuration(.lexlip, width: width, dropout: dropout), imageCount: imageCount,
            lengths: lengths, LexLIP.init)
    }

    private static func world() throws -> StreamCase<LexLIP> {
        try StreamCase(StreamCase<LexLIP>.configuration(.lexlip, sparsity: 0.7), LexLIP.init)
    }

    private static func table(_ world: StreamCase<LexLIP>) throws -> [[Double]] {
        try Plain.rows(#require(world.given.parameters.dictionary["text.embeddings.word_embeddings.weight"]))
    }

    /// What no loss reaches: what all keys share changes no softmax, and layer 0 of texts stays as it is.
    private static func isIdle(_ name: String) -> Bool {
        name.hasSuffix("self.key.bias") || name.hasSuffix("mask_embedding") || name.hasPrefix("text.encoder.layer.0.")
    }

    /// What the text's stream begins with is the same.
    private static func isFixed(_ name: String) -> Bool {
        name.hasPrefix("text.embeddings.") && !name.hasSuffix("word_embeddings.weight")
    }

    /// Rows of the tokens that `StreamCase.configuration` calls pieces.
    private static func pieces(_ world: StreamCase<LexLIP>) -> Set<Int> {
        Set([9, 12, 18].map { world.configuration.vocabulary.rows[$0] })
    }

    @Test func `scores are those of the equations`() throws { try Self.given().expectFormula() }

    @Test func `a score depends on its pair alone`() throws { try Self.given().expectScoresOfPairsAlone() }

    @Test func `pairs are learnt`() throws { try Self.world().expectLearning() }

    @Test func `words are guessed by the equations`() throws {
        let world = try Self.world()
        var generator = world.generator
        let terms = try world.given.scorer.whileTraining.terms(of: .words, on: world.pairs, &generator)
        #expect(terms.map(\.name) == ["words"] && terms[0].weight == 1)
        var again = world.generator
        #expect(world.given.scorer.pieces == Self.pieces(world))
        let words = world.maskedWords(rate: 0.3, pieces: Self.pieces(world), &again)
        let own = try FormulaParameters(world.given.parameters)
        try world.expect(terms[0]) {
            Self.isIdle($0) || Self.isFixed($0) || $0.hasPrefix("image.") || $0.hasPrefix("decoder.")
        } _: { plain in
            Plain.mean(
                words.flatMap { text in
                    let states = plain.reading(by: own).textStates(text.rows)
                    return text.answers.map { Plain.entropy(plain.logits("text.head", states[$0.place]), $0.row) }
                })
        }
    }

    @Test func `a weak decoder guesses words from one vector of an image, and of a text`() throws {
        let world = try Self.world()
        var generator = world.generator
        let terms = try world.given.scorer.whileTraining.terms(of: .together, on: world.pairs, &generator)
        #expect(terms.map(\.name) == ["words", "image_bottleneck", "text_bottleneck", "contrast", "sparsity"])
        #expect(terms.map(\.weight) == [1, 1, 1, 0.5, 0.7])
        let (rows, own) = (try Self.table(world), try FormulaParameters(world.given.parameters))
        var again = world.generator
        let whole = world.maskedWords(rate: 0.3, pieces: Self.pieces(world), &again)
        let half = world.maskedWords(rate: 0.5, pieces: Self.pieces(world), &again)
        func guessed(_ plain: PlainStreams, _ largest: (Int) -> [Double]) -> Double {
            Plain.mean(
                half.enumerated().flatMap { pair, text in
                    let states = plain.decoded(text.rows, plain.bottleneck(largest(pair), rows))
                    return text.answers.map { Plain.entropy(plain.logits("text.head", states[$0.place]), $0.row) }
                })
        }
        try world.expect(terms[1]) {
            $0.hasSuffix("self.key.bias") || $0.hasSuffix("mask_embedding") || $0.hasPrefix("text.encoder.")
        } _: { plain in
            guessed(plain) { plain.largest("image.head", plain.imageStates(world.images[$0])) }
        }
        try world.expect(terms[2]) {
            Self.isIdle($0) || $0.hasPrefix("image.")
        } _: { plain in
            guessed(plain) { plain.largest("text.head", plain.reading(by: own).textStates(whole[$0].rows)) }
        }
    }

    @Test func `texts are compared unmasked, and few terms are cheap`() throws {
        let world = try Self.world()
        var generator = world.generator
        let terms = try world.given.scorer.whileTraining.terms(of: .together, on: world.pairs, &generator)
        let plain = try world.plain(FormulaParameters(world.given.parameters))
        let images = world.images.map { plain.weights(plain.largest("image.head", plain.imageStates($0))) }
        let texts = world.rows.map { plain.weights(plain.largest("text.head", plain.textStates($0))) }
        let scores = images.map { image in texts.map { Plain.dot(image, $0) / 0.3 } }
        let contrast = (0..<3).map { item in
            (Plain.entropy(scores[item], item) + Plain.entropy(scores.map { $0[item] }, item)) / 3
        }.reduce(0, +)
        #expect(try abs(terms[3].value.item() - contrast) < 1e-5)
        #expect(try abs(terms[4].value.item() - Self.penalty(images) - Self.penalty(texts)) < 1e-5)
    }

    private static func penalty(_ vectors: [Plain.Vector]) -> Double {
        vectors[0].indices.map { term in pow(Plain.mean(vectors.map { abs($0[term]) }), 2) }.reduce(0, +)
    }

    @Test func `the penalty is one of one term, and a part of it of different terms`() throws {
        let none = try Tensor.zeros([5, 9])
        let rows = try Tensor((0..<5).flatMap { row in (0..<9).map { $0 == row ? 1 : 0 as Float } }, shape: [5, 9])
        let same = try Tensor((0..<5).flatMap { _ in (0..<9).map { $0 == 4 ? 1 : 0 as Float } }, shape: [5, 9])
        #expect(try abs(LexiconEncoder.flops(rows, none).item() - 0.2) < 1e-6)
        #expect(try abs(LexiconEncoder.flops(none, same).item() - 1) < 1e-6)
    }

    @Test func `pairs are told apart by keys`() throws {
        let world = try Self.world()
        let (keys, queue) = try world.keys(width: 14)
        var generator = world.generator
        let terms = try world.given.scorer.whileTraining.terms(
            on: world.pairs, keys, queue, isPretraining: false, &generator)
        #expect(terms.map(\.name) == ["contrast", "sparsity"] && terms.map(\.weight) == [0.5, 0.7])
        let own = try FormulaParameters(world.given.parameters)
        try world.expect(terms[0]) {
            Self.isIdle($0) || Self.isFixed($0) || $0.hasPrefix("decoder.")
        } _: { plain in
            let images = world.images.map { plain.weights(plain.largest("image.head", plain.imageStates($0))) }
            let texts = world.rows.map {
                plain.weights(plain.largest("text.head", plain.reading(by: own).textStates($0)))
            }
            return try Plain.mean(
                (0..<3).map { pair in
                    let shares = try world.shares(pair, images: images, texts: texts, keys, queue)
                    return -log(shares.ofTexts[0]) - log(shares.ofImages[0])
                })
        }
    }

    @Test func `a bottleneck lies among the words' vectors, and is all that a decoder sees of an image`() throws {
        let world = try Self.world()
        let scorer = world.given.scorer
        let table = try Self.table(world)
        // The softmax of a large logit is its word's vector; of equal ones their mean.
        var logits = [Float](repeating: 0, count: 28)
        logits[5] = 1000
        let found = try scorer.bottleneck(Tensor(logits, shape: [2, 14]))
        let mean = (0..<8).map { column in Plain.mean(table.map { $0[column] }) }
        #expect(try Plain.distance(found, [table[5], mean]) < 1e-5)
        var generator = world.generator
        let masking = try WordMasking(
            world.pairs.texts, scorer.words, world.configuration.vocabulary, rate: 0.5, &generator)
        let image = try scorer.bottleneck(scorer.imageTerms(world.pairs.images))
        let own = try scorer.decoded(masking, world.pairs.texts, image).item()
        #expect(try scorer.decoded(masking, world.pairs.texts, image.detached()).item() == own)
        #expect(try abs(scorer.decoded(masking, world.pairs.texts, image * 0).item() - own) > 1e-4)
    }

    @Test func `the image's head becomes a copy of the text's, and is its own again`() throws {
        let world = try Self.world()
        let (scorer, parameters) = (world.given.scorer, world.given.parameters.dictionary)
        let states = try Tensor.normal([3, 8], generator: Generator(seed: 4))
        func logits() throws -> [[[Double]]] {
            try [scorer.textHead, scorer.imageHead].map { try Plain.rows($0.logits(states, scorer.words)) }
        }
        let before = try logits()
        #expect(before[0] != before[1])
        try scorer.copyHead()
        let after = try logits()
        #expect(after[0] == before[0])
        for (one, other) in zip(after[0].joined(), after[1].joined()) { #expect(abs(one - other) < 1e-6) }
        try withoutGradients { try #require(parameters["image.head.table"]).fill(0) }
        #expect(try logits()[0] == before[0])
    }

    @Test func `sparse and dense scores agree where no term is cut`() throws {
        let world = try Self.world()
        let scorer = world.given.scorer
        let images = try scorer.scorable(world.given.images, in: .fp32)
        let texts = try scorer.scorable(world.given.texts, in: .fp32)
        var (vectors, queries) = (SparseVectors(width: scorer.termCount), SparseVectors(width: scorer.termCount))
        try vectors.append(dense: images.detached().array())
        try queries.append(dense: texts.detached().array())
        let index = try InvertedIndex(vectors)
        let scores = try Plain.rows(scorer.similarity(images, texts))
        for text in 0..<3 {
            for (item, score) in try index.search(queries[text], top: 3) {
                #expect(abs(Double(score) - scores[item][text]) < 1e-6)
            }
        }
    }

    @Test func `whole words are masked`() throws {
        let vocabulary = try UNITERTests.vocabulary()
        // Row 7 goes on with the word before it.
        let rows = [2, 4, 7, 7, 5, 6, 7, 3]
        var generator = SeededGenerator(seed: 3)
        var seen: Set<[Int]> = []
        for _ in 0..<200 {
            let masking = WordMasking(rows, lengths: [8], vocabulary, rate: 0.3, pieces: [7], &generator)
            seen.insert(masking.places)
            #expect(masking.answers == masking.places.map { rows[$0] })
        }
        #expect(seen == [[1, 2, 3], [4], [5, 6], [1, 2, 3, 4], [1, 2, 3, 5, 6], [4, 5, 6], [1, 2, 3, 4, 5, 6]])
    }
}
