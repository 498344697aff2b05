import AsCLBase
import Foundation
import RetrievalData
import RetrievalFixtures
import Testing
import TextEncoding
import Torch

@testable import RetrievalModels

@Suite struct QuerybankTests {
    private let folder: ScratchFolder
    private let data = TinyData(images: 5, captionsPerImage: 2)
    private let split: RetrievalSplit

    init() throws {
        folder = try ScratchFolder()
        split = try data.split(in: folder)
    }

    /// A dual encoder, by itself or beside AsCL.
    private func model(bank size: Int?, mixed: Bool = false) throws -> RetrievalModel {
        let dual = BaselineConfiguration(
            .dualEncoder, jointDimension: 7, regionDimension: data.regionDimension,
            globalDimension: data.globalDimension, textDimension: TinyTextEncoder.width, vocabularySize: 29,
            querybank: size.map { .init(size: $0, temperature: 0.2) })
        return try RetrievalModel(
            mixed ? MixedConfiguration(data.configuration(), .dual(dual)) : dual,
            textEncoder: TinyTextEncoder.load(writingTo: folder.path + "/bert"), seed: 5)
    }

    private func words(_ model: RetrievalModel, _ captions: [String]) throws -> TextBatch {
        try model.encode(model.tokenize(captions).map(\.ids))
    }

    private func scores(
        _ model: RetrievalModel, _ images: [Int], _ captions: [String], by scorer: (any PairScorer)? = nil
    ) throws -> [[Double]] {
        func scores(_ scorer: some PairScorer) throws -> Tensor {
            try scorer.similarity(
                scorer.scorable(model.images(split, images), in: .fp32),
                scorer.scorable(words(model, captions), in: .fp32))
        }
        let scorer: any PairScorer = scorer ?? model.scorer
        return try withoutGradients { try Plain.rows(scores(scorer)) }
    }

    /// Cosines less the nearness of either side to the bank, as it stands at `Querybank`.
    private func expected(_ model: RetrievalModel, images: [Int], captions: [String]) throws -> [[Double]] {
        let scorer = try #require(model.scorer as? any VectorScorer)
        func ofTexts(_ captions: [String]) throws -> [[Double]] {
            try withoutGradients { try Plain.rows(scorer.vectors(words(model, captions))) }
        }
        let ofImages = try withoutGradients { try Plain.rows(scorer.vectors(model.images(split, Array(0..<5)))) }
        // Of 5 images those of 3 places, each with the next of its two captions.
        let bank = (images: [0, 1, 3].map { ofImages[$0] }, texts: try ofTexts([0, 3, 6].map { split.captions[$0] }))
        func nearness(_ vector: Plain.Vector, _ others: [Plain.Vector]) -> Double {
            0.2 * log(others.map { exp(Plain.dot(vector, $0) / 0.2) }.reduce(0, +) / 3)
        }
        let texts = try ofTexts(captions)
        return images.map { image in
            let f = ofImages[image]
            return texts.map { g in Plain.dot(f, g) - nearness(f, bank.texts) - nearness(g, bank.images) }
        }
    }

    private func apart(_ one: [[Double]], _ other: [[Double]]) -> Double {
        zip(one.joined(), other.joined()).map { abs($0 - $1) }.max() ?? .nan
    }

    @Test func `scores are normalised by both sides' nearness to training pairs`() throws {
        let model = try model(bank: 3)
        try model.fillQuerybank(from: split)
        let wanted = try expected(model, images: [0, 2, 4], captions: split.captions)
        #expect(apart(try scores(model, [0, 2, 4], split.captions), wanted) < 1e-5)
        let cosines = try scores(self.model(bank: nil), [0, 2, 4], split.captions)
        #expect(apart(cosines, wanted) > 1e-2)
        // Each from its pair alone.
        let alone = try scores(model, [2], [split.captions[5]])
        #expect(abs(alone[0][0] - wanted[1][5]) < 1e-5)
    }

    @Test func `vectors, a bank that was not filled and training are of cosines`() throws {
        let (model, plain) = (try model(bank: 3), try model(bank: nil))
        let cosines = try scores(plain, [0, 1, 2, 3, 4], split.captions)
        #expect(apart(try scores(model, [0, 1, 2, 3, 4], split.captions), cosines) < 1e-6)
        try model.fillQuerybank(from: split)
        let training = try scores(model, [0, 1, 2, 3, 4], split.captions, by: model.scorer.whileTraining)
        #expect(apart(training, cosines) < 1e-6)
        let (scorer, bare) = (
            try #require(model.scorer as? any VectorScorer), try #require(plain.scorer as? any VectorScorer)
        )
        #expect(!scorer.scoresByVectors && bare.scoresByVectors && scorer.vectorDimension == 7)
        #expect(
            try apart(
                Plain.rows(scorer.vectors(model.images(split, [1, 4]))),
                Plain.rows(bare.vectors(plain.images(split, [1, 4])))) < 1e-6)
    }

    @Test func `beside AsCL the cosine is normalised, but not while it learns`() throws {
        let (all, captions) = ([0, 1, 2, 3, 4], split.captions)
        let (dual, alone) = (try model(bank: 3), try model(bank: nil))
        let (mixed, plain) = (try model(bank: 3, mixed: true), try model(bank: nil, mixed: true))
        // The dual encoders' weights are those of the pair beside AsCL.
        for (name, tensor) in mixed.parameters.dictionary where name.hasPrefix("pair.") {
            for single in [dual, alone] {
                let own = single.parameters.dictionary[String(name.dropFirst("pair.".count))]
                try withoutGradients { try own?.copy(from: tensor) }
            }
        }
        for model in [dual, mixed] { try model.fillQuerybank(from: split) }
        let cosines = try scores(plain, all, captions)
        let shift = try zip(scores(dual, all, captions), scores(alone, all, captions)).map { zip($0, $1).map(-) }
        let wanted = zip(cosines, shift).map { zip($0, $1).map(+) }
        #expect(apart(try scores(mixed, all, captions), wanted) < 1e-5)
        #expect(apart(cosines, wanted) > 1e-2)
        let training = try scores(mixed, all, captions, by: mixed.scorer.whileTraining)
        #expect(apart(training, cosines) < 1e-6)
    }

    @Test func `a checkpoint holds the bank`() throws {
        let model = try model(bank: 3)
        try model.fillQuerybank(from: split)
        try model.save(to: folder.path + "/checkpoint")
        let again = try RetrievalModel(checkpoint: folder.path + "/checkpoint")
        #expect(
            try scores(again, [0, 1, 2, 3, 4], split.captions) == scores(model, [0, 1, 2, 3, 4], split.captions))
    }

    @Test(arguments: [
        ("\"size\" : 3", "\"size\" : 0", "querybank: expected a size of at least 1, found 0"),
        ("\"temperature\" : 0.2", "\"temperature\" : 0", "querybank: expected a temperature above 0, found 0.0"),
        ("\"dual_encoder\"", "\"vse++\"", "querybank: expected no such key for vse++, found one"),
    ])
    func `a bank that cannot be is one line`(_ given: String, _ other: String, _ line: String) throws {
        try model(bank: 3).save(to: folder.path + "/checkpoint")
        let text = String(decoding: try folder.data("checkpoint/config.json"), as: UTF8.self)
        try #require(text.contains(given))
        try folder.write(text.replacingOccurrences(of: given, with: other), to: "checkpoint/config.json")
        let error = #expect(throws: InputError.self) { try RetrievalModel(checkpoint: folder.path + "/checkpoint") }
        #expect("\(try #require(error))".hasSuffix(line), "\(error.map { "\($0)" } ?? "")")
    }
}
