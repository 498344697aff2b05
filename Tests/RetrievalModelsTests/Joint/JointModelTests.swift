import ArrayFiles
import AsCLBase
import Foundation
import RetrievalData
import RetrievalFixtures
import Testing
import TextEncoding
import Torch

@testable import RetrievalModels

/// A joint encoder as a checkpoint, and what it wants of its text encoder and its data.
@Suite struct JointModelTests {
    private struct World {
        let folder: ScratchFolder
        var data = TinyData(images: 4, captionsPerImage: 2)
        let encoder: TextEncoder

        init(regions: Int = 3) throws {
            folder = try ScratchFolder()
            data.regions = regions
            encoder = try TinyTextEncoder.load(writingTo: folder.path + "/bert")
        }

        /// - Parameter boxes: A number of each region's edges.
        func split(boxes: ((Int) -> Float)? = nil) throws -> RetrievalSplit {
            if let boxes {
                let writer = try NumpyWriter(
                    path: folder.path + "/test_boxes.npy", elementType: .float32, shape: [4, data.regions, 4])
                try writer.append((0..<16 * data.regions).map(boxes))
                try writer.finish()
            }
            return try data.split(in: folder)
        }

        func model(_ split: RetrievalSplit, _ method: Method = .uniter) throws -> RetrievalModel {
            let tokens = try encoder.tokenize(split.captions, maxTokens: 12).map(\.ids)
            return try RetrievalModel(
                JointConfiguration(
                    method, jointDimension: 8, layers: 2, heads: 2, regionDimension: 6, globalDimension: 5,
                    textDimension: encoder.width, maxTokens: 12, vocabulary: CutVocabulary(of: tokens, encoder),
                    transportWeight: 0),
                textEncoder: encoder, seed: 5)
        }
    }

    @Test(arguments: [Method.uniter, .lightningDOT])
    func `a saved model gives the same scores to the bit`(_ method: Method) throws {
        let world = try World()
        let split = try world.split { Float($0 % 7) / 7 }
        let model = try world.model(split, method)
        try model.save(to: world.folder.path + "/run")
        let again = try RetrievalModel(checkpoint: world.folder.path + "/run")
        func scores(_ scorer: some PairScorer, _ model: RetrievalModel) throws -> [Float] {
            try scorer.similarity(
                scorer.scorable(model.images(split, [0, 1, 2, 3]), in: .fp32),
                scorer.scorable(model.encode(model.tokenize(split.captions).map(\.ids)), in: .fp32)
            ).detached().array()
        }
        let found = try scores(model.scorer, model)
        #expect(try found == scores(again.scorer, again) && Set(found).count > 8)
        #expect(again.configuration.method == method)
    }

    @Test(arguments: [(Method.uniter, "joint"), (.lightningDOT, "text")])
    func `words begin as the text encoder's`(_ method: Method, _ scope: String) throws {
        let world = try World()
        let model = try world.model(world.split(), method)
        let table = try #require(model.parameters.dictionary["\(scope).embeddings.word_embeddings.weight"])
        let theirs = try #require(world.encoder.parameters.dictionary["embeddings.word_embeddings.weight"])
        let vocabulary = try #require(model.configuration as? JointConfiguration).vocabulary
        #expect(table.shape == [vocabulary.count, world.encoder.width])
        let (own, all) = (try Plain.rows(table), try Plain.rows(theirs))
        #expect(own == vocabulary.tokens.map { all[$0] })
    }

    @Test func `the vocabulary is that of the captions, with the tokens that mean something else`() throws {
        let encoder = try World().encoder
        let vocabulary = try CutVocabulary(of: [[2, 9, 7, 3], [2, 7, 1, 3]], encoder)
        #expect(vocabulary.tokens == [1, 4, 2, 3, 7, 9])
        #expect(vocabulary.ordinaryRows == 4..<6)
        #expect(vocabulary.rows[7] == 4 && vocabulary.rows[9] == 5 && vocabulary.rows[8] == CutVocabulary.unknownRow)
    }

    @Test func `a text encoder with other tokens is refused`() throws {
        let world = try World()
        try world.model(world.split()).save(to: world.folder.path + "/run")
        try TinyTextEncoder.write(
            to: world.folder.path + "/run/text_encoder", words: TinyTextEncoder.words + ["zebra"])
        let error = try #require(throws: InputError.self) {
            try RetrievalModel(checkpoint: world.folder.path + "/run")
        }
        #expect(
            error.description.replacing(world.folder.path, with: "DIR")
                == "DIR/run/config.json: vocabulary: expected 30 tokens with [MASK] 4, as DIR/run/text_encoder/vocab.txt "
                + "has them, found 29 with [MASK] 4: those of another text encoder")
    }

    @Test func `a text encoder that has no mask is refused`() throws {
        let world = try World()
        let path = world.folder.path + "/bert/vocab.txt"
        let text = try String(contentsOfFile: path, encoding: .utf8).replacing("[MASK]", with: "mask")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let encoder = try TextEncoder(directory: world.folder.path + "/bert")
        let error = #expect(throws: InputError.self) { try CutVocabulary(of: [[5]], encoder) }
        #expect(error?.description.contains("vocab.txt: vocabulary: expected a BERT's with [MASK]") == true)
    }

    @Test func `boxes are the data's`() throws {
        let world = try World()
        let split = try world.split { Float($0) / 48 }
        let model = try world.model(split)
        let boxes = try #require(model.images(split, [2, 0]).boxes)
        #expect(boxes.shape == [2, 3, 4])
        #expect(try boxes.array(Float.self) == (Array(24..<36) + Array(0..<12)).map { Float($0) / 48 })
        #expect(model.boxNotices(split).isEmpty)
    }

    @Test func `without boxes the cells of a grid serve, or nothing`() throws {
        let grid = try World(regions: 4)
        let split = try grid.split()
        let model = try grid.model(split)
        #expect(model.boxNotices(split) == ["test: no boxes; the cells of a 2 x 2 grid serve"])
        let cells = try #require(model.images(split, [3]).boxes)
        #expect(
            try Plain.rows(cells.selected(0, 0)) == [
                [0, 0, 0.5, 0.5], [0.5, 0, 1, 0.5], [0, 0.5, 0.5, 1], [0.5, 0.5, 1, 1],
            ])
        let other = try World()
        let plain = try other.split()
        let zeros = try other.model(plain)
        #expect(zeros.boxNotices(plain) == ["test: no boxes; 3 regions are no square grid: zeros serve"])
        #expect(try zeros.images(plain, [0]).boxes?.array(Float.self) == .init(repeating: 0, count: 12))
    }

    @Test func `boxes in pixels are refused`() throws {
        let world = try World()
        let split = try world.split { $0 == 30 ? 212 : 0.5 }
        let model = try world.model(split)
        _ = try model.images(split, [0, 1])
        let error = #expect(throws: InputError.self) { try model.images(split, [2]) }
        #expect(
            error?.description
                == "test_boxes.npy: image 2: expected edges from 0 to 1, as fractions of width and height, "
                + "which uniter reads, found 212.0")
    }
}
