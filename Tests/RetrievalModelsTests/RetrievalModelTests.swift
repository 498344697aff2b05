import ArrayFiles
import AsCLBase
import Foundation
import RetrievalData
import RetrievalFixtures
import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalModels

@Suite struct RetrievalModelTests {
    /// A saved model and the data it fits.
    struct Saved {
        let folder: ScratchFolder
        let data = TinyData(images: 4, captionsPerImage: 2)
        let split: RetrievalSplit
        let model: RetrievalModel
        var checkpoint: String { folder.path + "/run" }

        init(fusion: Fusion = .sum) throws {
            folder = try ScratchFolder()
            split = try data.split(in: folder)
            model = try RetrievalModel(
                data.configuration(fusion: fusion),
                textEncoder: TinyTextEncoder.load(writingTo: folder.path + "/bert"), seed: 5)
            try model.save(to: folder.path + "/run")
        }

        /// The line that loading ends in, without the folder's path; nil when it loads.
        var problem: String? {
            do {
                _ = try RetrievalModel(checkpoint: checkpoint)
                return nil
            } catch {
                return "\(error)".replacingOccurrences(of: folder.path, with: "DIR")
            }
        }

        func rewrite(_ file: String, _ change: (inout [String: Tensor]) throws -> Void) throws {
            let path = "\(checkpoint)/\(file)"
            var tensors = try TensorFiles.load(SafetensorsFile(path: path))
            try change(&tensors)
            try TensorFiles.save(tensors, to: path)
        }

        func rewriteConfiguration(_ given: String, _ other: String) throws {
            let text = String(decoding: try folder.data("run/config.json"), as: UTF8.self)
            try folder.write(text.replacingOccurrences(of: given, with: other), to: "run/config.json")
        }
    }

    @Test
    func
        `a training in int16 reads by an encoder in bfloat16 where the processor has it, and changes the model's in nothing`()
        throws
    {
        let model = try Saved().model
        let tokens: [[Int32]] = [[2, 5, 6, 3], [2, 7, 3]]
        func words(_ model: RetrievalModel) throws -> [Float] { try model.encode(tokens).rows.array() }
        let exact = try words(model)
        #expect(try words(model.readingTexts(in: .fp32)) == exact)
        let rounded = try words(model.readingTexts(in: .int16))
        #expect((rounded != exact) == Torch.multipliesBFloat16)
        let errors = zip(rounded, exact).map { Double(abs($0 - $1)) }
        #expect(try #require(errors.max()) < 0.05)
        #expect(try words(model) == exact)
    }

    @Test(arguments: Fusion.allCases)
    func `a saved model gives the same scores to the bit`(_ fusion: Fusion) throws {
        let saved = try Saved(fusion: fusion)
        let loaded = try RetrievalModel(checkpoint: saved.checkpoint)
        #expect(try loaded.ascl.configuration == saved.model.ascl.configuration)
        #expect(try scores(loaded, saved.split) == scores(saved.model, saved.split))
    }

    @Test func `a checkpoint is the folder that docs/method.md describes`() throws {
        let saved = try Saved(fusion: .gated)
        let files = try FileManager.default.subpathsOfDirectory(atPath: saved.checkpoint).sorted()
        #expect(
            files == [
                "config.json", "model.safetensors", "text_encoder", "text_encoder/config.json",
                "text_encoder/model.safetensors", "text_encoder/vocab.txt",
            ])
        let file = try SafetensorsFile(path: saved.checkpoint + "/model.safetensors")
        let attention = ["image_to_text", "text_to_image"].flatMap { direction in
            ["query", "key_value", "output"].map { ("fusion.\(direction).\($0).weight", [16, 16]) }
        }
        let expected: [(String, [Int])] =
            attention + [
                ("image.region.weight", [16, 6]), ("image.region.bias", [16]), ("image.global.weight", [16, 5]),
                ("image.global.bias", [16]), ("text.projection.weight", [16, 12]), ("text.projection.bias", [16]),
                ("fusion.global.text.weight", [16, 16]), ("fusion.global.attended_image.weight", [16, 16]),
                ("fusion.global.image.weight", [16, 16]), ("fusion.global.gate.weight", [16, 32]),
                ("fusion.global.gate.bias", [16]),
            ]
        #expect(file.entries.mapValues(\.shape) == Dictionary(uniqueKeysWithValues: expected))
        #expect(file.entries.values.allSatisfy { $0.elementType == .float32 })
    }

    @Test func `a seed gives its parameters, another seed others`() throws {
        let folder = try ScratchFolder()
        let encoder = try TinyTextEncoder.load(writingTo: folder.path)
        let configuration = try TinyData(images: 1, captionsPerImage: 1).configuration()
        func values(_ seed: UInt64) throws -> [[Float]] {
            try RetrievalModel(configuration, textEncoder: encoder, seed: seed).parameters.entries.map {
                try $0.tensor.array(Float.self)
            }
        }
        #expect(try values(1) == values(1))
        #expect(try values(1) != values(2))
    }

    @Test func `missing, extra and misshaped parameters are all named at once`() throws {
        let saved = try Saved()
        try saved.rewrite("model.safetensors") {
            $0["image.region.bias"] = nil
            $0["text.projection.weight"] = try .zeros([16, 13])
            $0["fusion.global.gate.bias"] = try .zeros([16])
        }
        #expect(
            saved.problem
                == "DIR/run/model.safetensors: 3 parameters do not fit: image.region.bias: expected [16], found nothing; "
                + "text.projection.weight: expected [16, 12], found [16, 13]; "
                + "fusion.global.gate.bias: expected no such parameter, found one")
    }

    @Test func `a configuration that the parameters do not fit is refused`() throws {
        let saved = try Saved()
        try saved.rewriteConfiguration("\"sum\"", "\"gated\"")
        #expect(
            saved.problem
                == "DIR/run/model.safetensors: 2 parameters do not fit: "
                + "fusion.global.gate.weight: expected [16, 32], found nothing; "
                + "fusion.global.gate.bias: expected [16], found nothing")
    }

    @Test(arguments: ["model.safetensors", "text_encoder/model.safetensors"])
    func `a weight that is no number is refused, and a file that Git did not fetch`(_ file: String) throws {
        let saved = try Saved()
        try saved.rewrite(file) { tensors in
            let bias = file.hasPrefix("text") ? "embeddings.LayerNorm.bias" : "image.region.bias"
            tensors[bias] = try #require(tensors[bias]) * Double.nan
        }
        #expect(saved.problem?.hasPrefix("DIR/run/\(file): ") == true)
        #expect(saved.problem?.hasSuffix("bias: expected finite numbers, found nan at [0]") == true)
        try saved.folder.write("version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 9\n", to: "run/\(file)")
        #expect(saved.problem?.hasPrefix("DIR/run/\(file): expected the file itself, found a pointer of Git") == true)
    }

    @Test func `a checkpoint of a newer format is told as such`() throws {
        let saved = try Saved()
        try saved.rewriteConfiguration("\"heads\"", "\"format\" : 1, \"heads\"")
        #expect(saved.problem == nil)
        try saved.rewriteConfiguration("\"format\" : 1,", "\"format\" : 2, \"depth\" : 3,")
        #expect(
            saved.problem
                == "DIR/run/config.json: format: expected 1, the newest format of a checkpoint that ascl "
                + "\(Version.current) reads, found 2: a newer ascl wrote it, and reads it")
        try saved.rewriteConfiguration("\"format\" : 2", "\"format\" : \"new\"")
        #expect(saved.problem?.hasSuffix("reads, found new") == true)
    }

    @Test func `a text encoder of another width is refused`() throws {
        let saved = try Saved()
        try TinyTextEncoder.write(to: saved.checkpoint + "/text_encoder", width: 8)
        #expect(
            saved.problem
                == "DIR/run/config.json: text_dimension: expected 8, the text encoder's width, found 12")
    }

    @Test(arguments: ["config.json", "model.safetensors", "text_encoder/vocab.txt", "text_encoder/model.safetensors"])
    func `a missing file is named in one line`(_ file: String) throws {
        let saved = try Saved()
        try FileManager.default.removeItem(atPath: "\(saved.checkpoint)/\(file)")
        let problem = try #require(saved.problem)
        #expect(problem.hasPrefix("DIR/run/\(file): ") && !problem.contains("\n"))
    }

    @Test func `features of other sizes are named`() throws {
        let saved = try Saved()
        try saved.model.check(saved.split, path: "data")
        var other = saved.data
        other.regionDimension = 7
        let regions = try other.split("wide", in: saved.folder)
        #expect(
            throws: InputError(
                path: "data", place: "wide region features", expected: "dimension 6 (region_dimension of the model)",
                found: "7")
        ) { try saved.model.check(regions, path: "data") }
        other = saved.data
        other.globalDimension = 4
        let globals = try other.split("narrow", in: saved.folder)
        #expect(
            throws: InputError(
                path: "data", place: "narrow global features", expected: "dimension 5 (global_dimension of the model)",
                found: "4")
        ) { try saved.model.check(globals, path: "data") }
    }

    @Test func `captions are cut to max_tokens`() throws {
        let saved = try Saved()
        try saved.rewriteConfiguration("\"max_tokens\" : 64", "\"max_tokens\" : 5")
        let texts = try RetrievalModel(checkpoint: saved.checkpoint).tokenize(["a dog", "the red dog runs"])
        #expect(texts.map(\.ids.count) == [4, 5])
        #expect(texts.map(\.wasCut) == [false, true])
    }

    @Test func `a feature that is no number is refused with its place`() throws {
        let saved = try Saved()
        let path = saved.folder.path + "/broken_ims.npy"
        try saved.data.write("broken", to: saved.folder)
        let writer = try NumpyWriter(path: path, elementType: .float32, shape: [4, 3, 6])
        try writer.append((0..<72).map { $0 == 40 ? .nan : 1 })
        try writer.finish()
        let split = try Dataset(path: saved.folder.path).split("broken")
        let error = try #require(throws: InputError.self) { try saved.model.images(split, [1, 2]) }
        #expect(error.path == path && error.description.contains("nan"))
    }

    private func scores(_ model: RetrievalModel, _ split: RetrievalSplit) throws -> [Float] {
        let images = try model.ascl.scorable(model.images(split, Array(0..<split.imageCount)))
        let texts = try model.ascl.scorable(model.encode(model.tokenize(split.captions).map(\.ids)))
        return try model.ascl.similarity(images, texts).detached().array()
    }
}
