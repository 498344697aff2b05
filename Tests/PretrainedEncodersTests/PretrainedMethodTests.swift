import AsCLBase
import Foundation
import PretrainedEncoders
import PretrainedFolders
import RetrievalData
import RetrievalFixtures
import RetrievalModels
import Testing
import TextEncoding
import Torch
import TorchNN

/// A CLIP or a SigLIP as a method like the others, by itself and beside AsCL.
@Suite struct PretrainedMethodTests {
    private static let texts = ["a cat sat", "dogs", "the cat and a very long tail of words"]

    private func model(_ family: PretrainedFamily, _ folder: ScratchFolder) throws -> RetrievalModel {
        try TinyPretrained.write(family, to: folder.path)
        var digests = FileDigests()
        return try RetrievalModel(pretrained: folder.path, digests: &digests)
    }

    private func images(_ count: Int, _ family: PretrainedFamily) throws -> ImageBatch {
        let generator = try Generator(seed: 4)
        return try ImageBatch(
            regions: .normal([count, 5, 7], generator: generator),
            globals: .normal([count, TinyPretrained.projection(family)], generator: generator))
    }

    private func scores(_ model: RetrievalModel, _ images: ImageBatch, _ texts: [String]) throws -> Tensor {
        try scores(model.scorer, images, model.encode(model.tokenize(texts).map(\.ids)))
    }

    private func scores<Scorer: PairScorer>(
        _ scorer: Scorer, _ images: ImageBatch, _ words: TextBatch
    ) throws -> Tensor {
        try withoutGradients {
            try scorer.similarity(scorer.scorable(images, in: .fp32), scorer.scorable(words, in: .fp32))
        }
    }

    @Test(arguments: [PretrainedFamily.clip, .siglip])
    func `its score is the cosine that the model's logits are made of`(_ family: PretrainedFamily) throws {
        let folder = try ScratchFolder()
        let model = try model(family, folder)
        let images = try images(4, family)
        let whole = try DualEncoder(directory: folder.path)
        let tokens = try Self.texts.map {
            try family == .clip
                ? model.textEncoder.tokenizer.encode($0, maxTokens: 24).ids
                : model.textEncoder.tokenizer.encodePadded($0, length: 24).ids
        }
        let logits = try whole.logits(pictures: images.globals, texts: whole.text.vectors(tokens))
        let bias = try Tensor.full([], family == .clip ? 0 : 3)
        let expected = try (logits + bias) / exp(2)
        #expect(try largestDifference(scores(model, images, Self.texts), expected) < 1e-5)
    }

    @Test func `a checkpoint scores as the model did, and knows whose vectors it reads`() throws {
        let folder = try ScratchFolder()
        let model = try model(.siglip, folder)
        let images = try images(3, .siglip)
        try model.save(to: folder.path + "/checkpoint")
        let again = try RetrievalModel(checkpoint: folder.path + "/checkpoint")
        #expect(try largestDifference(scores(again, images, Self.texts), scores(model, images, Self.texts)) == 0)
        #expect(again.features == model.features && again.features?.count == 64)
    }

    @Test func `a mixed score is AsCL's and e^m cosines, each from its pair alone`() throws {
        let folder = try ScratchFolder()
        let pair = try model(.clip, folder)
        let encoder = pair.textEncoder
        let ascl = try AsCLConfiguration(
            jointDimension: 8, heads: 2, regionDimension: 7, globalDimension: 8, textDimension: 16, localWeight: 0.6)
        let configuration = MixedConfiguration(
            ascl, .pretrained(try PretrainedConfiguration(.clip, of: encoder, maxTokens: 24)))
        let mixed = try RetrievalModel(configuration, textEncoder: encoder, seed: 2)
        let names = ["pair.text.projection.weight", "mix"]
        let (alone, _) = try ParameterStore.load(
            mixed.parameters.dictionary.filter { !names.contains($0.key) }, from: "mixed"
        ) { try AsCLModel($0, ascl) }
        let images = try images(4, .clip)
        let words = try pair.encode(pair.tokenize(Self.texts).map(\.ids))
        let expected = try scores(alone, images, words) + scores(pair, images, Self.texts)
        let found = try scores(mixed, images, Self.texts)
        #expect(try largestDifference(found, expected) < 1e-5)
        let single = try scores(mixed, images, [Self.texts[1]])
        #expect(try largestDifference(single.selected(1, 0), found.selected(1, 1)) < 1e-5)

        try mixed.save(to: folder.path + "/checkpoint")
        let again = try RetrievalModel(checkpoint: folder.path + "/checkpoint")
        #expect(try largestDifference(scores(again, images, Self.texts), found) == 0)
    }

    @Test func `another encoder's vectors are refused by fingerprint`() throws {
        let folder = try ScratchFolder()
        let model = try model(.clip, folder)
        var data = TinyData(images: 3, captionsPerImage: 2)
        data.globalDimension = 8
        let split = try data.split(in: folder)
        #expect(throws: Never.self) { try model.check(split, path: "F") }
        let own = try #require(model.features)
        try folder.write("{\"encoder\": \"vector of clip \(own)\"}", to: "features.json")
        #expect(throws: Never.self) { try model.check(data.split(in: folder), path: "F") }
        try folder.write("{\"encoder\": \"vector of clip 0123\"}", to: "features.json")
        let other = try data.split(in: folder)
        #expect(
            try message(of: InputError.self, in: folder) { try model.check(other, path: "F") }
                == "F: test features: expected those of \(own), which the model reads, found those of vector of clip 0123"
        )
    }

    @Test func `an encoder of another family, or vectors of another space, are one line`() throws {
        let folder = try ScratchFolder()
        let encoder = try model(.clip, folder).textEncoder
        #expect(
            try message(of: InputError.self, in: folder) {
                _ = try PretrainedConfiguration(.siglip, of: encoder, maxTokens: 24)
            } == "F: text_encoder.path: expected a siglip, for the method, found a clip")
        #expect(
            try message(of: InputError.self, in: folder) {
                _ = try PretrainedConfiguration(.clip, of: encoder, globalDimension: 9, maxTokens: 24)
            } == "F: global features: expected 8 values, the space of the text encoder's vectors: features by "
                + "`ascl features --regions patches --encoder`, found 9")
    }
}
