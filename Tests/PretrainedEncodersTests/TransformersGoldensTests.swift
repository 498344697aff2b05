import AsCLBase
import ImageEncoding
import PretrainedEncoders
import PretrainedFolders
import RetrievalFixtures
import Testing
import TextEncoding
import Torch
import TorchNN

/// Folders in every form that `transformers` reads, and what it computes with them in float64
/// (scripts/make_clip_goldens.py): numbers of order 1, every one to 1e-5.
@Suite struct TransformersGoldensTests {
    static let tolerance = 1e-5

    @Test(arguments: ["clip_old", "clip_new", "clip_shards", "clip_bin", "clip_half", "siglip", "siglip2"])
    func `both towers compute what transformers computes`(_ name: String) throws {
        let folder = try StoredFolders.copy(name), expected = try StoredFolders.goldens(name)
        // Half precision rounds the weights.
        let tolerance = name == "clip_half" ? 1e-2 : Self.tolerance
        for use in [ParameterUse.inference(products: .float32), .training] {
            let model = try DualEncoder(directory: folder.path, use: use)
            #expect(model.notices.isEmpty)
            let texts = try vectors(model.text, expected, tolerance)
            let pictures = try vectors(model.picture, expected, tolerance)
            let logits = try model.logits(pictures: pictures, texts: texts)
            #expect(try largestDifference(logits, expected["logits"]) < tolerance * 10)
            let patches = try model.picture.project(patches: model.picture.encode(expected["pixels"]).patches)
            #expect(try largestDifference(patches, expected["projected_patches"]) < tolerance)
        }
    }

    @Test(arguments: ["clip_text", "siglip_text"])
    func `a text tower alone computes what transformers computes`(_ name: String) throws {
        let folder = try StoredFolders.copy(name)
        let tower = try TextTower.load(PretrainedFolder(directory: folder.path)).model
        _ = try vectors(tower, StoredFolders.goldens(name), Self.tolerance)
        #expect(
            try message(of: InputError.self, in: folder) { _ = try DualEncoder(directory: folder.path) }
                == "F/config.json: model_type: expected \(name.prefix { $0 != "_" }), a model with a picture tower, "
                + "found \(name)_model, a tower alone: fetch the whole model that it was taken from")
    }

    @Test(arguments: ["clip_vision", "siglip_vision"])
    func `a picture tower alone computes what transformers computes`(_ name: String) throws {
        let folder = try StoredFolders.copy(name)
        let tower = try VisionTower.load(PretrainedFolder(directory: folder.path)).model
        _ = try vectors(tower, StoredFolders.goldens(name), Self.tolerance)
        #expect(
            try message(of: InputError.self, in: folder) {
                _ = try TextTower.load(PretrainedFolder(directory: folder.path))
            }.contains("expected \(name.prefix { $0 != "_" }), a model with a text tower, found \(name)_model"))
    }

    @Test func `one tower of a whole model's folder loads by itself, without a word on the other`() throws {
        let copy = try StoredFolders.copy("clip_old"), folder = try PretrainedFolder(directory: copy.path)
        let expected = try StoredFolders.goldens("clip_old")
        let text = try TextTower.load(folder)
        _ = try vectors(text.model, expected, Self.tolerance)
        #expect(text.notices == [])
        _ = try vectors(VisionTower.load(folder).model, expected, Self.tolerance)
    }

    @Test(arguments: ["clip_new", "siglip"])
    func `bfloat16 is close, where the machine has it`(_ name: String) throws {
        let folder = try StoredFolders.copy(name), expected = try StoredFolders.goldens(name)
        let use = ParameterUse.inference(products: .bfloat16)
        guard Torch.multipliesBFloat16 else {
            #expect(
                try message(of: InputError.self, in: folder) {
                    _ = try DualEncoder(directory: folder.path, use: use)
                }.hasPrefix("precision: expected a processor that multiplies bfloat16"))
            return
        }
        let model = try DualEncoder(directory: folder.path, use: use)
        let tolerance = 0.1  // of numbers up to 5, after layers that double differences
        let texts = try vectors(model.text, expected, tolerance)
        let pictures = try vectors(model.picture, expected, tolerance)
        let exact = try largestDifference(texts, expected["text_vectors"])
        #expect(exact > 1e-5, "computed in bfloat16")
        let cosines = try (texts.normalized(1) * expected["text_vectors"].normalized(1)).sum(1)
        #expect(try cosines.array(Float.self).allSatisfy { $0 > 0.999 })
        #expect(pictures.dtype == .float32)
    }

    @Test func `a CLIP's text is cut at its end, and no text depends on another`() throws {
        let folder = try StoredFolders.copy("clip_new"), expected = try StoredFolders.goldens("clip_new")
        let tower = try TextTower.load(PretrainedFolder(directory: folder.path)).model
        let ids = try expected.ids
        let batch = try tower.encode(ids)
        #expect(batch.states.lengths == [3, 12, 7, 5, 7])
        #expect(try largestDifference(batch.vectors, expected["text_vectors"]) < Self.tolerance)
        let rows = try TextBatch(padded: expected["states"], lengths: batch.states.lengths).rows
        #expect(try largestDifference(batch.states.rows, rows) < Self.tolerance)
        for (index, text) in ids.enumerated() {
            let alone = try tower.encode([text]), unpadded = try tower.vectors([Array(text.prefix { $0 != 99 } + [99])])
            #expect(try largestDifference(alone.vectors, batch.vectors.sliced(0, index..<index + 1)) < Self.tolerance)
            #expect(try largestDifference(unpadded, alone.vectors) < Self.tolerance)
        }
        #expect(throws: TorchError.self) { _ = try tower.encode([[98, 5, 6]]) }
        #expect(throws: TorchError.self) { _ = try tower.encode([[]]) }
        #expect(throws: TorchError.self) { _ = try tower.encode([[98] + Array(repeating: 5, count: 12) + [99]]) }
    }

    @Test func `a SigLIP's text fills all places`() throws {
        let folder = try StoredFolders.copy("siglip")
        let tower = try TextTower.load(PretrainedFolder(directory: folder.path)).model
        #expect(throws: TorchError.self) { _ = try tower.encode([[98, 5, 6]]) }
    }

    @Test func `pictures of another size are refused`() throws {
        let folder = try StoredFolders.copy("siglip")
        let tower = try VisionTower.load(PretrainedFolder(directory: folder.path)).model
        #expect(tower.configuration.gridSize == 2 && tower.configuration.imageSize == 8)
        #expect(throws: TorchError.self) { _ = try tower.vectors(.zeros([1, 3, 8, 12])) }
        #expect(throws: TorchError.self) { _ = try tower.encode(.zeros([3, 8, 8])) }
    }

    /// Vectors with and without states, held to the goldens.
    private func vectors(
        _ tower: TextTower, _ expected: StoredFolders.Goldens, _ tolerance: Double
    ) throws -> Tensor {
        let ids = try expected["ids"], vectors = try tower.vectors(ids)
        let states = try tower.states(ids)
        #expect(try largestDifference(states, expected["states"]) < tolerance)
        #expect(try largestDifference(vectors, expected["text_vectors"]) < tolerance)
        #expect(try largestDifference(tower.vectors(of: states, ids), expected["text_vectors"]) < tolerance)
        #expect(try largestDifference(tower.vectors(expected.ids), expected["text_vectors"]) < tolerance)
        #expect(tower.width == states.shape[2] && tower.projectionSize == vectors.shape[1])
        return vectors
    }

    private func vectors(
        _ tower: VisionTower, _ expected: StoredFolders.Goldens, _ tolerance: Double
    ) throws -> Tensor {
        let pixels = try expected["pixels"], vectors = try tower.vectors(pixels)
        let encoded = try tower.encode(pixels)
        #expect(try largestDifference(encoded.patches, expected["patches"]) < tolerance)
        #expect(try largestDifference(encoded.vectors, expected["picture_vectors"]) < tolerance)
        #expect(try largestDifference(vectors, expected["picture_vectors"]) < tolerance)
        #expect(tower.width == encoded.patches.shape[2] && tower.projectionSize == vectors.shape[1])
        #expect(encoded.patches.shape[1] == tower.configuration.patchCount)
        return vectors
    }
}
