import AsCLBase
package import TorchNN

/// Families of models whose two towers, one for texts and one for pictures, end in a common space.
package enum PretrainedFamily: String, Sendable {
    /// `CLIPModel` (Radford et al. 2021): OpenAI's, LAION's, DataComp's, MetaCLIP's.
    case clip
    /// `SiglipModel` (Zhai et al. 2023): SigLIP, and SigLIP 2 of fixed resolution (Tschannen et al. 2025).
    case siglip

    /// By `model_type`: the family, and which towers a folder has.
    static let kinds: [String: (family: PretrainedFamily, hasText: Bool, hasVision: Bool)] = [
        "clip": (.clip, true, true), "clip_text_model": (.clip, true, false),
        "clip_vision_model": (.clip, false, true), "siglip": (.siglip, true, true),
        "siglip_text_model": (.siglip, true, false), "siglip_vision_model": (.siglip, false, true),
    ]
}

/// What a text tower computes.
package struct TextTowerConfiguration: Sendable, Equatable {
    /// Whose state stands for the text.
    package enum Pooling: Sendable, Equatable {
        /// The first token of this number: CLIP.
        case first(Int)
        /// The token with the greatest number, the first of them: CLIP's files before July 2023, whose `eos_token_id` is 2.
        case greatest
        /// The last place, padding or not: SigLIP.
        case last
    }

    /// Whose tower it is.
    package let family: PretrainedFamily
    /// Its layers.
    package let layers: TransformerConfiguration
    /// Rows of the token table.
    package let vocabularySize: Int
    /// The most tokens of a text; SigLIP's are always so many.
    package let positionCount: Int
    /// Whose state stands for the text.
    package let pooling: Pooling
    /// Values of a text's vector in the common space.
    package let projectionSize: Int
    /// Whether weights may come without the projection, as those of a tower alone may.
    package let canLackProjection: Bool

    init(_ family: PretrainedFamily, _ keys: TowerKeys, of model: ModelKeys, isAlone: Bool) {
        self.family = family
        positionCount = keys.max_position_embeddings ?? (family == .clip ? 77 : 64)
        canLackProjection = isAlone && family == .clip
        switch family {
        case .clip:
            layers = keys.layers(.clip, width: 512, headCount: 8, innerWidth: 2048)
            vocabularySize = keys.vocab_size ?? 49_408
            let end = keys.eos_token_id ?? 49_407
            pooling = end == 2 ? .greatest : .first(end)
            projectionSize = (isAlone ? keys : model.whole).projection_dim ?? 512
        case .siglip:
            layers = keys.layers(.siglip, width: 768, headCount: 12, innerWidth: 3072)
            vocabularySize = keys.vocab_size ?? 32_000
            pooling = .last
            projectionSize = keys.projection_size ?? layers.width
        }
    }

    func check(_ file: ConfigurationFile, prefix: String) throws(InputError) {
        try file.check(layers, prefix: prefix)
        try file.check(sizes: [
            (prefix + "vocab_size", vocabularySize), (prefix + "max_position_embeddings", positionCount),
            (family == .clip ? "projection_dim" : prefix + "projection_size", projectionSize),
        ])
    }
}

/// What a picture tower computes.
package struct VisionTowerConfiguration: Sendable, Equatable {
    /// Whose tower it is.
    package let family: PretrainedFamily
    /// Its layers.
    package let layers: TransformerConfiguration
    /// Rows and columns of the square picture, in pixels.
    package let imageSize: Int
    /// Rows and columns of a patch, in pixels; what is left at the right and below is not looked at.
    package let patchSize: Int
    /// Values of a pixel.
    package let channels: Int
    /// Values of a picture's vector in the common space.
    package let projectionSize: Int
    /// Whether weights may come without the projection, as those of a tower alone may.
    package let canLackProjection: Bool

    /// Patches in a row, and rows of them.
    package var gridSize: Int { imageSize / patchSize }

    /// Patches of a picture.
    package var patchCount: Int { gridSize * gridSize }

    init(_ family: PretrainedFamily, _ keys: TowerKeys, of model: ModelKeys, isAlone: Bool) {
        self.family = family
        layers = keys.layers(family, width: 768, headCount: 12, innerWidth: 3072)
        imageSize = keys.image_size ?? 224
        patchSize = keys.patch_size ?? (family == .clip ? 32 : 16)
        channels = keys.num_channels ?? 3
        canLackProjection = isAlone && family == .clip
        projectionSize = family == .clip ? (isAlone ? keys : model.whole).projection_dim ?? 512 : layers.width
    }

    func check(_ file: ConfigurationFile, prefix: String) throws(InputError) {
        try file.check(layers, prefix: prefix)
        try file.check(
            sizes: [(prefix + "image_size", imageSize), (prefix + "patch_size", patchSize)], most: 1 << 14)
        if family == .clip { try file.check(sizes: [("projection_dim", projectionSize)]) }
        guard patchSize <= imageSize else {
            throw file.wrong(prefix + "patch_size", "at most image_size \(imageSize)", "\(patchSize)")
        }
        guard channels == 3 else {
            throw file.wrong(prefix + "num_channels", "3, for pictures are RGB", "\(channels)")
        }
    }
}
