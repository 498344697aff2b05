import AsCLBase
import Foundation
import TextEncoding

/// The files that make a folder of weights a CLIP's for `transformers`, under its own keys.
struct EncoderFiles {
    let recipe: EncoderRecipe
    let vocabulary: BytePairVocabulary
    /// The most tokens of a text.
    let positionCount: Int

    /// What an encoder's folder holds.
    static let names: Set = [
        "config.json", "model.safetensors", "preprocessor_config.json", "vocab.json", "merges.txt",
        "tokenizer_config.json", "special_tokens_map.json",
    ]

    /// Writes all but the weights.
    func write(to directory: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(encoder.encode(configuration), to: directory + "/config.json")
        try AtomicFile.write(encoder.encode(processor), to: directory + "/preprocessor_config.json")
        try vocabulary.write(to: directory, maxTokens: positionCount)
    }

    private struct Configuration: Encodable {
        let model_type = "clip"
        let architectures = ["CLIPModel"]
        let projection_dim: Int
        let text_config, vision_config: Tower
    }

    private struct Tower: Encodable {
        let model_type: String
        let hidden_size, num_hidden_layers, num_attention_heads, intermediate_size, projection_dim: Int
        // One operation where quick_gelu takes three.
        let hidden_act = "gelu"
        var vocab_size, max_position_embeddings, bos_token_id, eos_token_id, pad_token_id: Int?
        var image_size, patch_size: Int?

        init(_ type: String, _ tower: EncoderRecipe.Tower, projectionSize: Int) {
            (model_type, hidden_size, num_hidden_layers) = (type, tower.width, tower.layers)
            (num_attention_heads, intermediate_size) = (tower.heads, tower.innerWidth)
            projection_dim = projectionSize
        }
    }

    private var configuration: Configuration {
        var text = Tower("clip_text_model", recipe.text, projectionSize: recipe.projectionSize)
        (text.vocab_size, text.max_position_embeddings) = (vocabulary.tokens.count, positionCount)
        (text.bos_token_id, text.eos_token_id) = (vocabulary.start, vocabulary.end)
        text.pad_token_id = vocabulary.end
        var vision = Tower("clip_vision_model", recipe.vision, projectionSize: recipe.projectionSize)
        (vision.image_size, vision.patch_size) = (recipe.pictureSize, recipe.patchSize)
        return Configuration(projection_dim: recipe.projectionSize, text_config: text, vision_config: vision)
    }

    /// Bicubic, CLIP's mean and deviation: what it leaves unsaid is as the class has it.
    private struct Processor: Encodable {
        let image_processor_type = "CLIPImageProcessor"
        let size: [String: Int]
        let crop_size: [String: Int]
        let do_resize = true, do_center_crop = true, do_rescale = true, do_normalize = true, do_convert_rgb = true
    }

    private var processor: Processor {
        let side = recipe.pictureSize
        return Processor(size: ["shortest_edge": side], crop_size: ["height": side, "width": side])
    }
}
