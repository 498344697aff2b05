import Foundation
import RetrievalModels
import Testing
import TextEncoding
import Torch
import TorchNN

@Suite struct LexiconEncoderTests {
    private let given: FirstStageCase<LexiconEncoder>

    init() throws { given = try FirstStageCase(.lexicon) { try LexiconEncoder($0, $1) } }

    @Test func `weights, scores and penalty are those of the formulas`() throws {
        let (images, texts) = (try given.images(), try given.texts())
        let (region, global) = (try given.layer("image.region"), try given.layer("image.global"))
        let ofImages = try (0..<4).map { image in
            let summary = try global(Plain.rows(images.globals)[image])
            return try weights(Plain.rows(images.regions.selected(0, image)).map(region) + [summary], "image")
        }
        let words = try Plain.rows(given.scorer.project(texts).rows)
        let ofTexts = try (0..<4).map { text in
            try weights(Array(words[texts.offsets[text]..<texts.offsets[text + 1]]), "text")
        }
        let (foundImages, foundTexts) = (
            try given.scorer.scorable(images, in: .fp32), try given.scorer.scorable(texts, in: .fp32)
        )
        #expect(foundImages.shape == [4, 30])
        #expect(try Plain.distance(foundImages, ofImages) < 1e-5)
        #expect(try Plain.distance(foundTexts, ofTexts) < 1e-5)
        let products = ofImages.map { image in ofTexts.map { Plain.dot(image, $0) } }
        #expect(try Plain.distance(given.scorer.similarity(foundImages, foundTexts), products) < 1e-5)
        var penalty = 0.0
        for vectors in [ofImages, ofTexts] {
            for term in 0..<30 {
                let mean = vectors.map { $0[term] }.reduce(0, +) / 4
                penalty += mean * mean
            }
        }
        let foundPenalty = try #require(try given.scorer.learning(foundImages, foundTexts).sparsity)
        #expect(abs(try foundPenalty.item() - penalty) < 1e-5)
    }

    @Test func `a score does not depend on the other images and texts`() throws {
        let (images, texts) = (try given.images(), try given.texts())
        let all = try Plain.rows(given.scores(images, texts))
        for image in 0..<4 {
            for text in 0..<4 {
                let pair = try given.scores(given.selecting([image], of: images), texts.selecting([text])).item()
                #expect(abs(pair - all[image][text]) < 1e-6)
            }
        }
    }

    @Test func `a lexicon has one term a token of the captions`() throws {
        let lexicon = LexiconEncoder.lexicon(of: [[101, 9, 4, 9, 102], [101, 17, 102]])
        #expect(lexicon == [4, 9, 17])
        let small = try FirstStageCase(.lexicon, lexicon: lexicon) { try LexiconEncoder($0, $1) }
        #expect(small.scorer.termCount == 3)
        #expect(try small.scorer.scorable(small.texts(), in: .fp32).shape == [4, 3])
    }

    @Test func `the penalty makes fewer terms weigh something`() throws {
        let (images, texts) = (try given.images(12), try given.texts(Array(repeating: 3, count: 12)))
        let adam = try Adam([.init(given.parameters)])
        func terms() throws -> Int {
            try Plain.rows(given.scorer.scorable(images, in: .fp32)).joined().count { $0 > 0 }
        }
        let before = try terms()
        for _ in 0..<60 {
            let learning = try given.scorer.learning(
                given.scorer.scorable(images, in: .fp32), given.scorer.scorable(texts, in: .fp32))
            try #require(learning.sparsity).backward()
            try adam.step(learningRate: 0.02)
        }
        #expect(try terms() * 2 < before)
        #expect(try given.scores(images, texts).allFinite())
    }

    @Test func `an index of the images finds what the scores say`() throws {
        let (images, texts) = (try given.images(20), try given.texts())
        let weights = try given.scorer.scorable(images, in: .fp32)
        var sparse = SparseVectors(width: given.scorer.termCount)
        try sparse.append(dense: weights.detached().array(Float.self))
        let index = try InvertedIndex(sparse)
        let ofTexts = try given.scorer.scorable(texts, in: .fp32)
        var queries = SparseVectors(width: given.scorer.termCount)
        try queries.append(dense: ofTexts.detached().array(Float.self))
        let scores = try given.scorer.similarity(weights, ofTexts).transposed().contiguous()
        for (text, row) in try Plain.rows(scores).enumerated() {
            let best = try Shortlist(size: 5, of: row.map(Float.init)).ranked
            let found = try index.search(queries[text], top: 5)
            #expect(found.map(\.item) == best.map(\.item))
            #expect(zip(found, best).allSatisfy { abs($0.score - $1.score) < 1e-5 })
        }
    }

    @Test func `a block's logits keep to their memory however large the lexicon`() throws {
        let small = given.scorer.blockSize(images: 1000, texts: 5000, regions: 36, words: 20, on: .cpu, in: .fp32)
        #expect(small.images == 128 && small.texts == 640)
        let large = try FirstStageCase(.lexicon, lexicon: Array(0..<30522)) { try LexiconEncoder($0, $1) }.scorer
            .blockSize(images: 1000, texts: 5000, regions: 36, words: 20, on: .cpu, in: .fp32)
        #expect(large.images == 59 && large.texts == 109)
    }

    private func weights(_ members: [Plain.Vector], _ side: String) throws -> Plain.Vector {
        let (linear, lexicon) = (try given.layer(side + ".terms.linear"), try given.layer("lexicon"))
        let logits = members.map { lexicon(given.normalized(Plain.gelu(linear($0)))) }
        return Plain.unit((0..<30).map { term in logits.map { log(1 + max($0[term], 0)) }.max() ?? 0 })
    }
}
