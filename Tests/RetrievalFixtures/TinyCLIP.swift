package import Foundation

/// A whole folder of a CLIP, tokenizer and preprocessing included: random weights that scripts/make_clip_goldens.py made,
/// of one layer, for pictures of 10 x 10 pixels and 100 tokens.
package enum TinyCLIP {
    /// The files, by their names.
    package static func files() throws -> [String: Data] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let golden = tests.appendingPathComponent("PretrainedEncodersTests/Resources/Folders/clip_new")
        var files = try ["config.json", "model.safetensors"].reduce(into: [:]) { files, name in
            files[name] = try Data(contentsOf: golden.appendingPathComponent(name))
        }
        let texts = [
            "vocab.json": #"{"a": 0, "a</w>": 1, "p": 2, "photo</w>": 3, "<|startoftext|>": 98, "<|endoftext|>": 99}"#,
            "merges.txt": "#version: 0.2\n",
            "tokenizer_config.json": #"""
            {"tokenizer_class": "CLIPTokenizer", "bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>",
             "unk_token": "<|endoftext|>", "pad_token": "<|endoftext|>"}
            """#,
            "preprocessor_config.json": #"""
            {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 10},
             "crop_size": {"height": 10, "width": 10}, "resample": 3}
            """#,
        ]
        for (name, text) in texts { files[name] = Data(text.utf8) }
        return files
    }

    /// Writes them into a new folder.
    package static func folder() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        for (name, content) in try files() { _ = try folder.file(name, [UInt8](content)) }
        return folder
    }
}
