import AsCLBase
import Foundation
import PretrainedEncoders
import PretrainedFolders
import RetrievalFixtures
import Testing
import TextEncoding
import Torch

/// The text tower of a CLIP or a SigLIP where a BERT may stand: words are its tokens' states.
@Suite struct TowerAsTextEncoderTests {
    private static let texts = ["a cat sat", "", "the cat and the catalogue of dogs", "ö"]

    @Test(arguments: [PretrainedFamily.clip, .siglip])
    func `words are the states of a text's tokens, and the last stands for the text`(_ family: PretrainedFamily) throws
    {
        let folder = try ScratchFolder()
        try TinyPretrained.write(family, to: folder.path)
        let encoder = try TextEncoder(directory: folder.path)
        let tower = try TextTower.load(PretrainedFolder(directory: folder.path)).model
        let texts = try encoder.tokenize(Self.texts, maxTokens: 64)
        let words = try encoder.encode(texts.map(\.ids))
        #expect(words.lengths == texts.map(\.ids.count))
        for (place, text) in Self.texts.enumerated() {
            let whole =
                family == .clip
                ? try encoder.tokenizer.encode(text, maxTokens: 24)
                : try encoder.tokenizer.encodePadded(text, length: 24)
            let ids = try Tensor(whole.ids.map(Int.init), shape: [1, whole.ids.count])
            let states = try tower.states(ids).selected(0, 0)
            let own = try words.selecting([place]).rows
            let inner = own.shape[0] - (family == .clip ? 0 : 1)
            #expect(try largestDifference(own.sliced(0, 0..<inner), states.sliced(0, 0..<inner)) < 1e-5)
            let last = try own.sliced(0, own.shape[0] - 1..<own.shape[0])
            #expect(try largestDifference(tower.project(last), tower.vectors(ids)) < 1e-5)
        }
        #expect(texts[2].wasCut)
    }

    @Test(arguments: [PretrainedFamily.clip, .siglip])
    func `noise spares the tokens that are no words`(_ family: PretrainedFamily) throws {
        let folder = try ScratchFolder()
        try TinyPretrained.write(family, to: folder.path)
        let encoder = try TextEncoder(directory: folder.path)
        let ids = try encoder.tokenize(["b d f h"], maxTokens: 24)[0].ids
        let words = encoder.network.specialTokens.words(of: ids.count)
        let plain = try encoder.tokenizer.encode("b d f h", maxTokens: 24).ids
        // A start and an end around a CLIP's words; behind a SigLIP's an end, and all of the padding as one.
        #expect(Array(ids[words]) == Array(family == .clip ? plain[1..<plain.count - 1] : plain[..<(plain.count - 1)]))
        #expect(ids[words.upperBound...].count == (family == .clip ? 1 : 2))
    }

    @Test(arguments: [PretrainedFamily.clip, .siglip])
    func `what a checkpoint keeps of it computes the same`(_ family: PretrainedFamily) throws {
        let folder = try ScratchFolder()
        try TinyPretrained.write(family, to: folder.path + "/whole")
        let encoder = try TextEncoder(directory: folder.path + "/whole")
        try encoder.save(to: folder.path + "/kept")
        let kept = try TextEncoder(directory: folder.path + "/kept")
        let tokens = try kept.tokenize(Self.texts, maxTokens: 64).map(\.ids)
        #expect(try tokens == encoder.tokenize(Self.texts, maxTokens: 64).map(\.ids))
        #expect(try largestDifference(kept.encode(tokens).rows, encoder.encode(tokens).rows) == 0)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/kept/preprocessor_config.json"))
    }

    @Test func `padding may go before a SigLIP's text`() throws {
        let folder = try ScratchFolder()
        try TinyPretrained.write(.siglip, to: folder.path)
        let settings = try String(decoding: folder.data("tokenizer_config.json"), as: UTF8.self)
        try folder.write(settings.replacing("right", with: "left"), to: "tokenizer_config.json")
        let encoder = try TextEncoder(directory: folder.path)
        let tower = try TextTower.load(PretrainedFolder(directory: folder.path)).model
        let words = try encoder.encode(encoder.tokenize(["a cat"], maxTokens: 64).map(\.ids))
        let whole = try encoder.tokenizer.encodePadded("a cat", length: 24).ids
        let states = try tower.states(Tensor(whole.map(Int.init), shape: [1, 24])).selected(0, 0)
        let count = words.rows.shape[0]
        #expect(try largestDifference(words.rows, states.sliced(0, 24 - count..<24)) < 1e-5)
    }

    @Test func `gradients reach the tower's tokens`() throws {
        let folder = try ScratchFolder()
        try TinyPretrained.write(.clip, to: folder.path)
        let encoder = try TextEncoder(directory: folder.path)
        try encoder.parameters.setRequiresGradient(true)
        let rows = try encoder.encode(encoder.tokenize(["a cat"], maxTokens: 8).map(\.ids), training: true).rows
        try (rows * rows).sum().backward()
        let table = try #require(encoder.parameters.dictionary["text_model.embeddings.token_embedding.weight"])
        let gradient = try #require(table.gradient)
        #expect(try largestDifference(gradient, .zeros(gradient.shape)) > 0)
    }

    @Test func `a tokenizer of another model is refused`() throws {
        let folder = try ScratchFolder()
        try TinyPretrained.write(.clip, to: folder.path)
        try folder.configure { values in
            var text = values["text_config"] as? [String: Any] ?? [:]
            text["eos_token_id"] = 5
            values["text_config"] = text
        }
        #expect(
            try message(of: InputError.self, in: folder) { _ = try TextEncoder(directory: folder.path) }
                == "F/vocab.json: end of a text: expected token 5, eos_token_id of config.json, found 515")
    }
}
