package import TextEncoding
package import Torch
package import TorchNN

/// The model of "AsCL: An Asymmetry-sensitive Contrastive Learning Method for Image-Text Retrieval with Cross-Modal
/// Fusion" (Gong, Mai, Huang; ICME 2024): projections into one space and the parameters of the cross-modal fusion.
package struct AsCLModel: Sendable {
    /// Its shape.
    package let configuration: AsCLConfiguration
    let regionProjection, globalProjection, wordProjection: Linear
    /// nil in the ablation without fusion, which has no attention.
    let attention: (imageToText: CrossAttention, textToImage: CrossAttention)?
    let globalFusion: GlobalFusion

    /// Builds it along `image.*`, `text.*` and `fusion.*`.
    package init(_ scope: ParameterScope, _ configuration: AsCLConfiguration) throws(TorchError) {
        self.configuration = configuration
        let joint = configuration.jointDimension
        regionProjection = try Linear(scope / "image" / "region", from: configuration.regionDimension, to: joint)
        globalProjection = try Linear(scope / "image" / "global", from: configuration.globalDimension, to: joint)
        wordProjection = try Linear(scope / "text" / "projection", from: configuration.textDimension, to: joint)
        let fusion = scope / "fusion"
        if configuration.fusion == .none {
            attention = nil
        } else {
            let heads = configuration.heads
            attention = (
                try CrossAttention(fusion / "image_to_text", dimension: joint, heads: heads),
                try CrossAttention(fusion / "text_to_image", dimension: joint, heads: heads)
            )
        }
        globalFusion = try GlobalFusion(fusion / "global", dimension: joint, fusion: configuration.fusion)
    }

    init(
        configuration: AsCLConfiguration, regionProjection: Linear, globalProjection: Linear, wordProjection: Linear,
        attention: (imageToText: CrossAttention, textToImage: CrossAttention)?, globalFusion: GlobalFusion
    ) {
        self.configuration = configuration
        self.regionProjection = regionProjection
        self.globalProjection = globalProjection
        self.wordProjection = wordProjection
        self.attention = attention
        self.globalFusion = globalFusion
    }

    /// Raw features `[images, regions, R]` and `[images, G]` to joint ones `[images, regions, D]` and `[images, D]`.
    package func project(_ images: ImageBatch) throws(TorchError) -> ImageBatch {
        guard configuration.normalizeFeatures else {
            return try ImageBatch(regions: regionProjection(images.regions), globals: globalProjection(images.globals))
        }
        return try ImageBatch(
            regions: regionProjection(images.regions.normalized(-1)),
            globals: globalProjection(images.globals.normalized(-1)))
    }

    /// The text encoder's word vectors `[words, B]` to joint ones `[words, D]`.
    package func project(_ texts: TextBatch) throws(TorchError) -> TextBatch {
        try texts.replacingRows(wordProjection(texts.rows))
    }
}

/// The parameters of one direction of cross-modal attention (paper, equation 1): queries through `query`, keys and
/// values both through `key_value`, the heads joined through `output`; no biases.
struct CrossAttention: Sendable {
    let query, keyValue, output: Linear

    init(_ scope: ParameterScope, dimension: Int, heads: Int) throws(TorchError) {
        query = try Linear(scope / "query", from: dimension, to: dimension, bias: false)
        keyValue = try Linear(scope / "key_value", from: dimension, to: dimension, bias: false)
        output = try Linear(scope / "output", from: dimension, to: dimension, bias: false)
    }
}

/// The parameters of the global vectors (paper, equation 2): X_w, X_v, X_g, and the gate when the fusion has one.
struct GlobalFusion: Sendable {
    let text, attendedImage, image: Linear
    let gate: Linear?

    init(_ scope: ParameterScope, dimension: Int, fusion: Fusion) throws(TorchError) {
        text = try Linear(scope / "text", from: dimension, to: dimension, bias: false)
        attendedImage = try Linear(scope / "attended_image", from: dimension, to: dimension, bias: false)
        image = try Linear(scope / "image", from: dimension, to: dimension, bias: false)
        gate = fusion == .gated ? try Linear(scope / "gate", from: 2 * dimension, to: dimension) : nil
    }

    /// Fusion(a, b) for `a`, the projected attended image, and `b`, the projected global feature; shapes broadcast.
    func callAsFunction(_ a: Tensor, _ b: Tensor) throws(TorchError) -> Tensor {
        guard let gate, let bias = gate.bias else { return try a + b }
        let dimension = bias.count
        let weightOfA = try gate.weight.sliced(1, 0..<dimension)
        let weightOfB = try gate.weight.sliced(1, dimension..<2 * dimension)
        let t = try (a.linear(weightOfA) + b.linear(weightOfB, bias)).sigmoid()
        return try b + t * (a - b)
    }
}
