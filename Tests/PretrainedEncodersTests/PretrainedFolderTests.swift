import AsCLBase
import Foundation
import ImageEncoding
import PretrainedEncoders
import PretrainedFolders
import RetrievalFixtures
import Testing
import TextEncoding
import Torch
import TorchNN

/// Folders that cannot be followed are one line with file, place, expected and found, and what to fetch instead.
@Suite struct PretrainedFolderTests {
    private func line(_ folder: ScratchFolder) throws -> String {
        try message(of: InputError.self, in: folder) { _ = try DualEncoder(directory: folder.path) }
    }

    @Test(
        arguments: [
            (
                #"{"model_type": "siglip2", "vision_config": {"num_patches": 256, "hidden_size": "x"}}"#,
                "model_type: expected clip or siglip, found siglip2, SigLIP 2 with pictures of any shape (NaFlex): "
                    + "fetch one of fixed resolution such as google/siglip2-base-patch32-256"
            ),
            (
                #"{"model_type": "mobileclip"}"#,
                "model_type: expected clip or siglip, found mobileclip, whose pictures go through another network "
                    + "(FastViT): fetch a ViT such as laion/CLIP-ViT-B-32-laion2B-s34B-b79K"
            ),
            (
                #"{"model_type": "clip", "auto_map": {"AutoModel": "modeling.Own"}}"#,
                "auto_map: expected a model that transformers itself computes, found code of the folder's own, which is "
                    + "never run: fetch a CLIP or SigLIP such as laion/CLIP-ViT-B-32-laion2B-s34B-b79K"
            ),
            (
                #"{"model_type": "bert", "hidden_size": 768}"#,
                "model_type: expected clip or siglip, found bert: fetch a model such as "
                    + "laion/CLIP-ViT-B-32-laion2B-s34B-b79K"
            ),
            (
                #"{"architectures": ["OpenCLIP"]}"#,
                "model_type: expected clip or siglip, found none, and OpenCLIP in architectures"
            ),
            (
                #"{"model_type": "clip", "text_config": {"hidden_act": "swish"}}"#,
                "text_config.hidden_act: expected a supported value, found swish, none of gelu, gelu_fast, gelu_new, "
                    + "gelu_python, gelu_pytorch_tanh, quick_gelu, relu"
            ),
            (
                #"{"model_type": "clip", "vision_config": {"hidden_size": 770}}"#,
                "vision_config.num_attention_heads: expected a divisor of hidden_size 770, found 12"
            ),
            (
                #"{"model_type": "clip", "vision_config": {"patch_size": 300}}"#,
                "vision_config.patch_size: expected at most image_size 224, found 300"
            ),
            (
                #"{"model_type": "clip", "vision_config": {"num_channels": 4}}"#,
                "vision_config.num_channels: expected 3, for pictures are RGB, found 4"
            ),
            (
                #"{"model_type": "clip", "projection_dim": 0}"#, "projection_dim: expected at least 1, found 0"
            ),
            (
                #"{"model_type": "siglip", "text_config": {"hidden_size": 384}}"#,
                "text_config.projection_size: expected 768, the values of a picture's vector "
                    + "(vision_config.hidden_size), found 384"
            ),
            (
                #"{"model_type": "siglip", "vision_config": {"vision_use_head": false}}"#,
                "vision_config.vision_use_head: expected true: a picture needs a vector, found false"
            ),
        ])
    func `what is no CLIP or SigLIP is named`(_ contents: String, _ expected: String) throws {
        let folder = try ScratchFolder()
        try folder.write(contents, to: "config.json")
        #expect(try line(folder) == "F/config.json: " + expected)
    }

    @Test func `a folder of open_clip is named`() throws {
        let folder = try ScratchFolder()
        try folder.write("{}", to: "open_clip_config.json")
        #expect(
            try line(folder)
                == "F/config.json: file: expected a CLIP's or a SigLIP's configuration, found no readable file, but "
                + "open_clip's open_clip_config.json: fetch the same model in the layout of transformers (config.json, "
                + "model.safetensors)")
        // A folder for both, of which only one half was fetched.
        try folder.write(#"{"model_type": "clip"}"#, to: "config.json")
        try folder.write("x", to: "open_clip_model.safetensors")
        #expect(
            try line(folder)
                == "F/model.safetensors: expected this file, or model.safetensors.index.json, pytorch_model.bin, "
                + "pytorch_model.bin.index.json, found open_clip_model.safetensors: fetch the same model in the layout "
                + "of transformers (config.json, model.safetensors)")
        let renamed = try StoredFolders.copy("clip_new")
        try renamed.change { tensors in
            tensors = ["visual.proj": try .zeros([2, 2]), "transformer.resblocks.0.ln_1.bias": try .zeros([2])]
        }
        #expect(
            try line(renamed)
                == "F/model.safetensors: parameters: expected a CLIP's: text_model.*, also behind module., found "
                + "transformer.resblocks.0.ln_1.bias, one of open_clip's names: fetch the same model in the layout of "
                + "transformers (config.json, model.safetensors)")
    }

    @Test func `what is left out has the value of the class`() throws {
        let folder = try ScratchFolder()
        try folder.write(#"{"model_type": "clip"}"#, to: "config.json")
        let clip = try PretrainedFolder(directory: folder.path)
        let (text, vision) = (try clip.textConfiguration(), try clip.visionConfiguration())
        #expect(text.vocabularySize == 49_408 && text.positionCount == 77 && text.pooling == .first(49_407))
        #expect(
            text.layers
                == TransformerConfiguration(
                    width: 512, layerCount: 12, headCount: 8, innerWidth: 2048, activation: .quickGELU, norm: .before,
                    epsilon: 1e-5))
        #expect(text.projectionSize == 512 && vision.projectionSize == 512 && vision.patchCount == 49)
        #expect(vision.layers.width == 768 && vision.layers.headCount == 12 && vision.layers.innerWidth == 3072)
        try folder.write(#"{"model_type": "siglip", "text_config": null}"#, to: "config.json")
        let siglip = try PretrainedFolder(directory: folder.path)
        #expect(try siglip.textConfiguration().vocabularySize == 32_000)
        #expect(try siglip.textConfiguration().pooling == .last)
        #expect(try siglip.textConfiguration().layers == siglip.visionConfiguration().layers)
        #expect(try siglip.visionConfiguration().layers.activation == .geluTanh)
        #expect(try siglip.visionConfiguration().layers.epsilon == 1e-6)
        #expect(try siglip.visionConfiguration().patchCount == 196)
    }

    @Test func `weights that lie are named by file and tensor`() throws {
        let folder = try StoredFolders.copy("clip_new")
        try folder.change { tensors in
            let bias = try #require(tensors["text_model.final_layer_norm.bias"])
            try bias.sliced(0, 3..<4).fill(.nan)
        }
        #expect(
            try line(folder)
                == "F/model.safetensors: text_model.final_layer_norm.bias: expected finite numbers, found nan at [3]")
        let other = try StoredFolders.copy("siglip")
        try other.change { tensors in
            tensors["text_model.head.bias"] = nil
            tensors["vision_model.head.probe"] = try .zeros([1, 2, 16])
            tensors["text_model.colour"] = try .zeros([1])
        }
        #expect(
            try message(of: ParameterError.self, in: other) { _ = try DualEncoder(directory: other.path) }
                == "F/model.safetensors: 3 parameters do not fit: text_model.head.bias: expected [16], found nothing; "
                + "vision_model.head.probe: expected [1, 1, 16], found [1, 2, 16]; "
                + "text_model.colour: expected no such parameter, found one")
        let projection = try StoredFolders.copy("clip_new")
        try projection.configure { $0["projection_dim"] = 10 }
        #expect(
            try message(of: ParameterError.self, in: projection) { _ = try DualEncoder(directory: projection.path) }
                == "F/model.safetensors: 2 parameters do not fit: "
                + "text_projection.weight: expected [10, 16], found [8, 16]; "
                + "visual_projection.weight: expected [10, 16], found [8, 16]")
    }

    @Test func `sizes that are only claimed cost nothing`() throws {
        let folder = try StoredFolders.copy("siglip")
        try folder.configure { values in
            values["text_config"] = [
                "hidden_size": 1 << 24, "num_attention_heads": 1, "vocab_size": 1 << 24, "projection_size": 1 << 20,
            ]
            values["vision_config"] = ["hidden_size": 1 << 20, "num_attention_heads": 1, "image_size": 1 << 14]
        }
        #expect(throws: ParameterError.self) { _ = try DualEncoder(directory: folder.path) }
    }

    @Test func `heads are left out and named`() throws {
        let folder = try StoredFolders.copy("clip_new")
        try folder.change { $0["classifier.weight"] = try .zeros([2, 2]) }
        #expect(
            try DualEncoder(directory: folder.path).notices
                == ["\(folder.path)/model.safetensors: not needed and left out: classifier.* (1)"])
    }

    @Test func `the fingerprint is that of the contents`() throws {
        let folder = try StoredFolders.copy("clip_shards"), copy = try StoredFolders.copy("clip_shards")
        func fingerprint(_ folder: ScratchFolder) throws -> String {
            var digests = FileDigests()
            return try PretrainedFolder(directory: folder.path).fingerprint(&digests)
        }
        let first = try fingerprint(folder)
        #expect(try fingerprint(copy) == first && first.count == 64)
        try copy.write("anything", to: "README.md")
        #expect(try fingerprint(copy) == first)
        try copy.write("{}", to: "preprocessor_config.json")
        #expect(try fingerprint(copy) != first)
        let part = "model-00002-of-00003.safetensors"
        var bytes = [UInt8](try folder.data(part))
        bytes[bytes.count - 1] ^= 1
        _ = try folder.file(part, bytes)
        #expect(try fingerprint(folder) != first)
    }
}
