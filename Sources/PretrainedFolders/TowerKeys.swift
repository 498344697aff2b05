import Torch
import TorchNN

/// The keys of a `config.json`, or of a part of one, that say what a CLIP's or a SigLIP's tower is.
struct TowerKeys: Decodable {
    // The files' own spelling.
    var hidden_size, num_hidden_layers, num_attention_heads, intermediate_size: Int?
    var layer_norm_eps: Double?
    var hidden_act: Activation?
    var vocab_size, max_position_embeddings, eos_token_id: Int?
    var image_size, patch_size, num_channels: Int?
    var projection_dim, projection_size: Int?
    var vision_use_head: Bool?

    private enum CodingKeys: String, CodingKey {
        case hidden_size, num_hidden_layers, num_attention_heads, intermediate_size, layer_norm_eps, hidden_act
        case vocab_size, max_position_embeddings, eos_token_id, image_size, patch_size, num_channels
        case projection_dim, projection_size, vision_use_head
    }

    /// Nothing said.
    init() {}

    init(from decoder: any Decoder) throws {
        let file = try decoder.container(keyedBy: CodingKeys.self)
        func count(_ key: CodingKeys) throws -> Int? { try file.decodeIfPresent(Int.self, forKey: key) }
        (hidden_size, num_hidden_layers) = (try count(.hidden_size), try count(.num_hidden_layers))
        (num_attention_heads, intermediate_size) = (try count(.num_attention_heads), try count(.intermediate_size))
        (vocab_size, max_position_embeddings) = (try count(.vocab_size), try count(.max_position_embeddings))
        (image_size, patch_size) = (try count(.image_size), try count(.patch_size))
        (num_channels, eos_token_id) = (try count(.num_channels), try count(.eos_token_id))
        (projection_dim, projection_size) = (try count(.projection_dim), try count(.projection_size))
        layer_norm_eps = try file.decodeIfPresent(Double.self, forKey: .layer_norm_eps)
        hidden_act = try file.decodeIfPresent(String.self, forKey: .hidden_act).map {
            try Activation(pretrained: $0, at: decoder.codingPath + [CodingKeys.hidden_act])
        }
        vision_use_head = try file.decodeIfPresent(Bool.self, forKey: .vision_use_head)
    }

    /// The layers, with the values of the family's class where nothing is said.
    func layers(_ family: PretrainedFamily, width: Int, headCount: Int, innerWidth: Int) -> TransformerConfiguration {
        let isCLIP = family == .clip
        return TransformerConfiguration(
            width: hidden_size ?? width, layerCount: num_hidden_layers ?? 12,
            headCount: num_attention_heads ?? headCount, innerWidth: intermediate_size ?? innerWidth,
            activation: hidden_act ?? (isCLIP ? .quickGELU : .geluTanh), norm: .before,
            epsilon: layer_norm_eps ?? (isCLIP ? 1e-5 : 1e-6))
    }
}

/// A whole `config.json`: what model it is of, its towers, and the keys of a tower that stands alone.
struct ModelKeys: Decodable {
    let model_type: String?
    let architectures: [String]?
    let text_config, vision_config, text_config_dict, vision_config_dict: TowerKeys?
    /// Whether the model is computed by code that the folder brings along.
    let hasOwnCode: Bool
    let whole: TowerKeys

    private enum CodingKeys: String, CodingKey {
        case model_type, architectures, text_config, vision_config, text_config_dict, vision_config_dict, auto_map
    }

    init(from decoder: any Decoder) throws {
        let file = try decoder.container(keyedBy: CodingKeys.self)
        model_type = try file.decodeIfPresent(String.self, forKey: .model_type)
        architectures = try file.decodeIfPresent([String].self, forKey: .architectures)
        hasOwnCode = file.contains(.auto_map)
        // Only what this model type makes sense of: another's keys may have other types.
        guard let model_type, PretrainedFamily.kinds[model_type] != nil, !hasOwnCode else {
            (text_config, vision_config, text_config_dict, vision_config_dict) = (nil, nil, nil, nil)
            whole = TowerKeys()
            return
        }
        text_config = try file.decodeIfPresent(TowerKeys.self, forKey: .text_config)
        vision_config = try file.decodeIfPresent(TowerKeys.self, forKey: .vision_config)
        text_config_dict = try file.decodeIfPresent(TowerKeys.self, forKey: .text_config_dict)
        vision_config_dict = try file.decodeIfPresent(TowerKeys.self, forKey: .vision_config_dict)
        whole = try TowerKeys(from: decoder)
    }
}
