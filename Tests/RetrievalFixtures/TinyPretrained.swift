import Foundation
import ImageEncoding
package import PretrainedFolders
import TextEncoding
import Torch
import TorchNN

/// A Hugging Face folder with a CLIP or a SigLIP of a few thousand random parameters: 3 x 3 patches of 4 pixels, states 16
/// wide, a common space of 8 (a SigLIP's: 16), a tokenizer that knows letters.
package enum TinyPretrained {
    /// The width of the states.
    package static let width = 16
    /// Values of a vector in the common space.
    package static func projection(_ family: PretrainedFamily) -> Int { family == .clip ? 8 : 16 }

    /// Writes the folder.
    package static func write(
        _ family: PretrainedFamily, to directory: String, seed: UInt64 = 5, bias: Float = -3
    ) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        func write(_ value: Any, _ name: String) throws {
            let data = try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys])
            try data.write(to: URL(fileURLWithPath: directory + "/" + name))
        }
        let vocabularySize = family == .clip ? try writeLetters(write, directory) : try writeGemma(write)
        let layers: [String: Any] = [
            "hidden_size": width, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2,
        ]
        var text = layers.merging(["vocab_size": vocabularySize, "max_position_embeddings": 24]) { $1 }
        if family == .clip { text["eos_token_id"] = vocabularySize - 1 }
        let vision = layers.merging(["image_size": 12, "patch_size": 4]) { $1 }
        try write(
            [
                "model_type": family == .clip ? "clip" : "siglip", "projection_dim": projection(family),
                "text_config": text, "vision_config": vision,
            ], "config.json")
        try write(
            [
                "image_processor_type": family == .clip ? "CLIPImageProcessor" : "SiglipImageProcessor",
                "size": family == .clip ? ["shortest_edge": 12] : ["height": 12, "width": 12], "resample": 3,
                "crop_size": ["height": 12, "width": 12],
            ], "preprocessor_config.json")
        let folder = try PretrainedFolder(directory: directory)
        let (textSide, visionSide) = (try folder.textConfiguration(), try folder.visionConfiguration())
        let (_, parameters) = try ParameterStore.initialize(seed: seed) { scope in
            _ = try TextTower(scope, textSide)
            _ = try VisionTower(scope, visionSide)
        }
        var tensors = parameters.dictionary
        tensors["logit_scale"] = try Tensor([Float(2)], shape: []) * 1
        if family == .siglip { tensors["logit_bias"] = try Tensor([bias], shape: [1]) }
        try TensorFiles.save(tensors, metadata: ["format": "pt"], to: directory + "/model.safetensors")
    }

    /// CLIP's byte-level tokenizer with two merges: its number of tokens.
    private static func writeLetters(_ write: (Any, String) throws -> Void, _ directory: String) throws -> Int {
        let shown = Array(33...126) + Array(161...172) + Array(174...255)
        let hidden = (0..<256).filter { !shown.contains($0) }.indices.map { 256 + $0 }
        let letters = (shown + hidden).compactMap { Unicode.Scalar($0).map(String.init) }
        let tokens =
            letters + letters.map { $0 + "</w>" } + ["ca", "cat</w>", "<|startoftext|>", "<|endoftext|>"]
        try write(Dictionary(uniqueKeysWithValues: tokens.enumerated().map { ($1, $0) }), "vocab.json")
        try Data("#version: 0.2\nc a\nca t</w>\n".utf8)
            .write(to: URL(fileURLWithPath: directory + "/merges.txt"))
        try write(["tokenizer_class": "CLIPTokenizer", "model_max_length": 77], "tokenizer_config.json")
        return tokens.count
    }

    /// SigLIP 2's tokenizer with letters alone: its number of tokens.
    private static func writeGemma(_ write: (Any, String) throws -> Void) throws -> Int {
        let special = ["<pad>", "<eos>", "<bos>", "<unk>"]
        let bytes = (0..<256).map { String(format: "<0x%02X>", $0) }
        let tokens = special + bytes + ["\u{2581}"] + "abcdefghijklmnopqrstuvwxyz".map(String.init) + ["ca", "cat"]
        let added = special.enumerated().map { id, content -> [String: Any] in
            [
                "id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
                "normalized": false, "special": true,
            ]
        }
        try write(
            [
                "version": "1.0", "added_tokens": added,
                "normalizer": ["type": "Replace", "pattern": ["String": " "], "content": "\u{2581}"],
                "pre_tokenizer": [
                    "type": "Split", "pattern": ["String": " "], "behavior": "MergedWithPrevious", "invert": false,
                ],
                "post_processor": [
                    "type": "TemplateProcessing",
                    "single": [["Sequence": ["id": "A"]], ["SpecialToken": ["id": "<eos>"]]],
                    "special_tokens": ["<eos>": ["id": "<eos>", "ids": [1], "tokens": ["<eos>"]]],
                ],
                "model": [
                    "type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
                    "vocab": Dictionary(uniqueKeysWithValues: tokens.enumerated().map { ($1, $0) }),
                    "merges": [["c", "a"], ["ca", "t"]],
                ],
            ], "tokenizer.json")
        try write(
            [
                "tokenizer_class": "GemmaTokenizerFast", "pad_token": "<pad>", "eos_token": "<eos>",
                "unk_token": "<unk>", "bos_token": "<bos>", "padding_side": "right",
            ], "tokenizer_config.json")
        return tokens.count
    }
}
