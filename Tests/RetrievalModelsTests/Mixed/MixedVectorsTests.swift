import AsCLBase
import Foundation
import RetrievalData
import RetrievalFixtures
import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalModels

/// AsCL with the dual encoder's vectors beside it, on a BERT's words.
@Suite struct MixedVectorsTests {
    private let folder: ScratchFolder
    private let model: RetrievalModel
    private let images: ImageBatch
    private let words: TextBatch

    init() throws {
        folder = try ScratchFolder()
        let data = TinyData(images: 4, captionsPerImage: 2)
        let split = try data.split(in: folder)
        let dual = BaselineConfiguration(
            .dualEncoder, jointDimension: 7, regionDimension: data.regionDimension,
            globalDimension: data.globalDimension,
            textDimension: TinyTextEncoder.width, vocabularySize: 29)
        model = try RetrievalModel(
            MixedConfiguration(data.configuration(), .dual(dual)),
            textEncoder: TinyTextEncoder.load(writingTo: folder.path + "/bert"), seed: 5)
        images = try model.images(split, [0, 1, 2, 3])
        words = try withoutGradients { [model] in try model.encode(model.tokenize(split.captions).map(\.ids)) }
    }

    @Test func `the score is AsCL's and e^m cosines, each from its pair alone`() throws {
        let mix = try #require(model.parameters.dictionary["mix"])
        try withoutGradients { try mix.fill(0.4) }
        let named = Dictionary(grouping: model.parameters.dictionary) { $0.key.hasPrefix("pair.") }
        let configuration = try #require(model.scorer.modelConfiguration as? MixedConfiguration)
        guard case .dual(let shape) = configuration.pair else { throw Unexpected() }
        let (ascl, _) = try ParameterStore.load(
            Dictionary(
                uniqueKeysWithValues: (named[false] ?? []).filter { $0.key != "mix" }.map { ($0.key, $0.value) }),
            from: "ascl"
        ) { try AsCLModel($0, configuration.ascl) }
        let (dual, _) = try ParameterStore.load(
            Dictionary(
                uniqueKeysWithValues: (named[true] ?? []).map { (String($0.key.dropFirst("pair.".count)), $0.value) }),
            from: "dual"
        ) { try DualEncoder($0, shape) }
        let found = try scores(model.scorer, images, words)
        let expected = try scores(ascl, images, words) + scores(dual, images, words) * 1.4918247
        #expect(try apart(found, expected) < 1e-5)
        for text in [0, 5] {
            let single = try scores(model.scorer, images.selecting([2]), words.selecting([text]))
            #expect(try abs(single.item() - found.selected(0, 2).selected(0, text).item()) < 1e-5)
        }
        let vectors = try #require(model.scorer as? any VectorScorer)
        #expect(vectors.vectorDimension == 7 && !vectors.scoresByVectors)
        #expect(try apart(vectors.vectors(images), dual.vectors(images)) < 1e-6)
        #expect(try apart(vectors.vectors(words), dual.vectors(words)) < 1e-6)
    }

    @Test func `it is saved, loaded and explains like AsCL`() throws {
        let checkpoint = folder.path + "/checkpoint"
        try model.save(to: checkpoint)
        let again = try RetrievalModel(checkpoint: checkpoint)
        let (before, after) = try (scores(model.scorer, images, words), scores(again.scorer, images, words))
        #expect(try apart(before, after) == 0)
        #expect(try RetrievalModel.explains(checkpoint: checkpoint))
    }

    @Test(arguments: [
        (
            "\"dual_encoder\"", "\"scan\"",
            "expected a valid value, found expected clip, siglip or dual_encoder beside ascl, found scan"
        ),
        ("\"words\" : \"encoder\"", "\"words\" : \"gru\"", "words: expected encoder for dual_encoder, found gru"),
        (
            "\"joint_dimension\" : 7", "\"joint_dimension\" : 0", "joint_dimension: expected at least 1, found 0"
        ),
    ])
    func `vectors that cannot stand beside it are one line`(_ given: String, _ other: String, _ line: String) throws {
        try model.save(to: folder.path + "/checkpoint")
        let text = String(decoding: try folder.data("checkpoint/config.json"), as: UTF8.self)
        try #require(text.contains(given))
        try folder.write(text.replacingOccurrences(of: given, with: other), to: "checkpoint/config.json")
        let error = #expect(throws: InputError.self) { try RetrievalModel(checkpoint: folder.path + "/checkpoint") }
        #expect("\(try #require(error))".hasSuffix(line), "\(error.map { "\($0)" } ?? "")")
    }

    @Test(arguments: ["region_dimension", "global_dimension", "text_dimension"])
    func `the vectors are of the features and words that AsCL reads`(_ key: String) throws {
        let config = folder.path + "/checkpoint/config.json"
        try model.save(to: folder.path + "/checkpoint")
        var values = try #require(
            JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: config))) as? [String: Any])
        var pair = try #require(values["pair"] as? [String: Any])
        let size = try #require(pair[key] as? Int)
        pair[key] = size + 1
        values["pair"] = pair
        try JSONSerialization.data(withJSONObject: values).write(to: URL(fileURLWithPath: config))
        let error = #expect(throws: InputError.self) { try RetrievalModel(checkpoint: folder.path + "/checkpoint") }
        #expect(
            "\(try #require(error))" == "\(config): pair.\(key): expected \(size), as ascl has it, found \(size + 1)")
    }

    private struct Unexpected: Error {}

    private func apart(_ first: Tensor, _ second: Tensor) throws -> Float {
        try (first - second).detached().array(Float.self).map(abs).max() ?? .nan
    }

    private func scores(_ scorer: some PairScorer, _ images: ImageBatch, _ words: TextBatch) throws -> Tensor {
        try withoutGradients {
            try scorer.similarity(scorer.scorable(images, in: .fp32), scorer.scorable(words, in: .fp32))
        }
    }
}
