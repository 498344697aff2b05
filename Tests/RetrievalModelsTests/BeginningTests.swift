import AsCLBase
import Foundation
import RetrievalData
import RetrievalFixtures
import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalModels

/// Models that begin with a checkpoint's weights.
@Suite struct BeginningTests {
    private let folder: ScratchFolder
    private let encoder: TextEncoder
    private let split: RetrievalSplit

    init() throws {
        folder = try ScratchFolder()
        encoder = try TinyTextEncoder.load(writingTo: folder.path + "/bert")
        split = try TinyData(images: 4, captionsPerImage: 2).split(in: folder)
    }

    private func joint(
        _ method: Method, captions: [String]? = nil, layers: Int = 2, classes: Int = 0
    ) throws -> JointConfiguration {
        let tokens = try encoder.tokenize(captions ?? split.captions, maxTokens: 12).map(\.ids)
        return try JointConfiguration(
            method, jointDimension: 8, layers: layers, heads: 2, regionDimension: 6, globalDimension: 5,
            textDimension: encoder.width, maxTokens: 12, vocabulary: CutVocabulary(of: tokens, encoder),
            transportWeight: 0, classes: classes, hasDictionary: classes > 0)
    }

    private func save(_ configuration: any ModelConfiguration, features: String? = nil) throws -> RetrievalModel {
        let model = try RetrievalModel(configuration, textEncoder: encoder, features: features, seed: 5)
        // Nothing stays at a start like zero.
        for (name, tensor) in model.parameters.all {
            let moved = try tensor + Tensor.normal(tensor.shape, generator: Generator(seed: 7))
            try tensor.copy(from: name.hasSuffix("running_var") ? moved * moved : moved)
        }
        try model.save(to: folder.path + "/base")
        return model
    }

    private func beginning(
        _ configuration: any ModelConfiguration, features: String? = nil, encoder: TextEncoder? = nil
    ) throws -> (model: RetrievalModel, notices: [String]) {
        try RetrievalModel.beginning(
            as: folder.path + "/base", configuration, textEncoder: encoder ?? self.encoder, features: features, seed: 1,
            device: .cpu)
    }

    private func values(_ model: RetrievalModel) throws -> [String: [Float]] {
        try model.parameters.dictionary.mapValues { try $0.detached().array(Float.self) }
    }

    private func refusal(_ configuration: any ModelConfiguration, features: String? = nil) throws -> String {
        do {
            _ = try beginning(configuration, features: features)
            return "taken"
        } catch {
            return "\(error)".replacing(folder.path, with: "DIR")
        }
    }

    @Test func `the same shape begins as it was saved`() throws {
        let base = try save(joint(.uniter))
        let (model, notices) = try beginning(joint(.uniter))
        #expect(notices.isEmpty)
        #expect(try values(model) == values(base))
        // It can be trained without changing the other.
        try #require(model.parameters.dictionary["heads.match.bias"]).fill(3)
        #expect(try values(RetrievalModel(checkpoint: folder.path + "/base")) == values(base))
    }

    @Test func `heads that are new begin afresh, and are named`() throws {
        let base = try save(joint(.uniter))
        let (model, notices) = try beginning(joint(.tagsDC))
        let (own, theirs) = (try values(model), try values(base))
        for (name, value) in theirs { #expect(own[name] == value, "\(name)") }
        #expect(model.configuration.method == .tagsDC)
        #expect(
            notices.map { $0.replacing(folder.path, with: "DIR") } == [
                "DIR/base: begin afresh: heads.correction.LayerNorm.bias, heads.correction.LayerNorm.weight, "
                    + "heads.correction.bias and 5 more"
            ])
        _ = try save(joint(.tagsDC))
        let back = try beginning(joint(.uniter)).notices
        #expect(back.count == 1 && back[0].contains("not taken: heads.correction.LayerNorm.bias"))
    }

    @Test func `words are those of both, each where it belongs`() throws {
        let base = try save(joint(.uniter, captions: ["a red cat", "the dog"]))
        let (model, notices) = try beginning(joint(.uniter, captions: ["a dog runs", "two boats"]))
        let vocabulary = try #require(model.configuration as? JointConfiguration).vocabulary
        let other = try #require(base.configuration as? JointConfiguration).vocabulary
        #expect(Set(vocabulary.words).isSuperset(of: other.words) && vocabulary.words.count > other.words.count)
        let name = "joint.embeddings.word_embeddings.weight"
        let table = try Plain.rows(#require(model.parameters.dictionary[name]))
        let theirs = try Plain.rows(#require(base.parameters.dictionary[name]))
        let fresh = try Plain.rows(#require(encoder.parameters.dictionary["embeddings.word_embeddings.weight"]))
        let biases = try #require(model.parameters.dictionary["heads.mlm.bias"]).array(Float.self)
        let theirBiases = try #require(base.parameters.dictionary["heads.mlm.bias"]).array(Float.self)
        for (row, token) in vocabulary.tokens.enumerated() {
            let place = other.tokens.firstIndex(of: token)
            #expect(table[row] == (place.map { theirs[$0] } ?? fresh[token]))
            #expect(biases[row] == (place.map { theirBiases[$0] } ?? 0))
        }
        #expect(notices.isEmpty)
    }

    private func layered(_ method: Method, captions: [String]) throws -> any LayeredConfiguration {
        let tokens = try encoder.tokenize(captions, maxTokens: 12).map(\.ids)
        let vocabulary = try CutVocabulary(of: tokens, encoder)
        let width = encoder.width
        guard method != .soho else {
            return SOHOConfiguration(
                jointDimension: width, layers: 1, heads: 2, regionDimension: 6, globalDimension: 5,
                textDimension: width,
                maxTokens: 12, vocabulary: vocabulary, dictionary: 3)
        }
        return try StreamConfiguration(
            method, jointDimension: width, layers: 1, heads: 2, regionDimension: 6, globalDimension: 5,
            textDimension: width, maxTokens: 12, vocabulary: vocabulary,
            text: method == .lexlip ? .init(of: encoder, vocabulary) : nil)
    }

    @Test(arguments: [
        (Method.cots, ["text.embeddings.word_embeddings.weight", "heads.mlm.bias"]),
        (.lexlip, ["text.embeddings.word_embeddings.weight", "text.head.bias", "image.head.bias", "image.head.table"]),
        (.soho, ["joint.embeddings.word_embeddings.weight"]),
    ])
    func `words are those of both in every method that has its own`(_ method: Method, _ tables: [String]) throws {
        let base = try save(layered(method, captions: ["a red cat", "the dog"]))
        let (model, notices) = try beginning(layered(method, captions: ["a dog runs", "two boat"]))
        #expect(notices.isEmpty, "\(notices)")
        let vocabulary = try #require(model.configuration as? any LayeredConfiguration).vocabulary
        let other = try #require(base.configuration as? any LayeredConfiguration).vocabulary
        #expect(Set(vocabulary.words).isSuperset(of: other.words) && vocabulary.words.count > other.words.count)
        let (own, theirs) = (try values(model), try values(base))
        for name in tables {
            let (rows, given) = (try #require(own[name]), try #require(theirs[name]))
            let width = given.count / other.count
            #expect(rows.count == width * vocabulary.count)
            for (place, token) in other.tokens.enumerated() {
                let row = try #require(vocabulary.tokens.firstIndex(of: token))
                let expected = given[place * width..<(place + 1) * width]
                #expect(rows[row * width..<(row + 1) * width] == expected, "\(name): \(token)")
            }
        }
        for (name, value) in theirs where !tables.contains(name) { #expect(own[name] == value, "\(name)") }
    }

    @Test func `tokens that go on with a word are those of both`() throws {
        let vocabulary = try CutVocabulary(of: encoder.tokenize(["a red cat"], maxTokens: 12).map(\.ids), encoder)
        func configuration(_ pieces: [Int]) -> StreamConfiguration {
            StreamConfiguration(
                .lexlip, jointDimension: encoder.width, layers: 1, heads: 2, regionDimension: 6, globalDimension: 5,
                textDimension: encoder.width, maxTokens: 12, vocabulary: vocabulary,
                text: .init(layers: 1, trainedLayers: 1, heads: 2, innerDimension: 8, pieces: pieces))
        }
        let joined = configuration([6, 9]).joined(with: configuration([3, 9]))
        #expect(joined.text?.pieces == [3, 6, 9])
    }

    @Test func `classes of other data begin afresh, a dictionary of as many is kept`() throws {
        let base = try save(joint(.uniter, classes: 4))
        let (other, notices) = try beginning(joint(.uniter, classes: 3))
        #expect(notices.contains { $0.contains("begin afresh: dictionary.vectors, heads.classes.output.bias") })
        #expect(try values(other)["heads.classes.dense.weight"] == values(base)["heads.classes.dense.weight"])
        let (same, _) = try beginning(joint(.uniter, classes: 4))
        let before = try values(same)["dictionary.vectors"]
        try same.fillDictionary(from: split, seed: 3)
        #expect(try values(same)["dictionary.vectors"] == before)
        try other.fillDictionary(from: split, seed: 3)
        #expect(try values(other)["dictionary.vectors"]?.contains { $0 != 0 } == true)
    }

    @Test func `another shape is refused with what would fit it`() throws {
        _ = try save(joint(.uniter, layers: 3))
        #expect(
            try refusal(joint(.uniter))
                == "DIR/base/config.json: shape: expected layers 2, as the configuration says, found layers 3; --set "
                + "model.layers=3 would fit")
        _ = try save(TinyData(images: 4, captionsPerImage: 2).configuration(fusion: .gated))
        let line = try refusal(TinyData(images: 4, captionsPerImage: 2).configuration())
        #expect(line.hasSuffix("found fusion gated; --set model.fusion=gated would fit"), "\(line)")
    }

    @Test func `another method, other data and other features are refused`() throws {
        let data = TinyData(images: 4, captionsPerImage: 2)
        _ = try save(data.configuration(), features: "resnet50 abc")
        #expect(
            try refusal(joint(.uniter))
                == "DIR/base/config.json: architecture: expected uniter, which is to be trained, found ascl")
        var wide = data
        wide.regionDimension = 7
        #expect(
            try refusal(wide.configuration())
                == "DIR/base/config.json: shape: expected region_dimension 7, as data and text encoder have, found "
                + "region_dimension 6")
        #expect(
            try refusal(data.configuration(), features: "resnet50 xyz")
                == "DIR/base/config.json: features: expected resnet50 xyz, which the data has, found resnet50 abc")
        #expect(try refusal(data.configuration(), features: "resnet50 abc, grid") == "taken")
    }

    @Test func `another text encoder is refused`() throws {
        let data = TinyData(images: 4, captionsPerImage: 2)
        _ = try save(data.configuration())
        let other = try TinyTextEncoder.load(writingTo: folder.path + "/other")
        for (_, tensor) in other.parameters.entries { try tensor.copy(from: tensor + 0.5) }
        let error = #expect(throws: InputError.self) { try beginning(data.configuration(), encoder: other) }
        #expect(
            error?.description.replacing(folder.path, with: "DIR")
                == "DIR/base: text_encoder: expected the weights of DIR/other, which text_encoder.path names, found others; "
                + "--set text_encoder.path=DIR/base/text_encoder takes them")
        // A joint encoder reads tokens alone.
        _ = try save(joint(.uniter))
        _ = try beginning(joint(.uniter), encoder: other)
    }

    @Test func `a folder that is no model is refused`() throws {
        let line = try refusal(joint(.uniter))
        #expect(line.hasPrefix("DIR/base/config.json: ") && line.contains("found no readable file"), "\(line)")
    }
}
