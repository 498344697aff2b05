package import AsCLBase
package import TextEncoding
package import Torch
package import TorchNN

/// The shape of ViSTA: `config.json` of its checkpoint.
package struct ViSTAConfiguration: ModelConfiguration, Equatable {
    /// `vista`.
    package let method: Method
    /// H, the width of all states.
    package let jointDimension: Int
    /// n, layers over the picture.
    package let layers: Int
    /// f, how many of them, the last, have the fusion token; and layers over scene text.
    package let fusionLayers: Int
    /// Heads of a layer's attention.
    package let heads: Int
    /// D, values of the vectors that are compared.
    package let vectorDimension: Int
    /// K, the cells of a picture, each with a place of its own.
    package let regions: Int
    /// R.
    package let regionDimension: Int
    /// G, which it does not read.
    package let globalDimension: Int
    /// B, the width of the text encoder's word vectors.
    package let textDimension: Int
    /// The most tokens of a caption, special ones included.
    package let maxTokens: Int
    /// The most tokens of what is written in a picture, special ones included.
    package let sceneTokens: Int
    /// Whether raw cells are L2-normalised first.
    package let normalizeFeatures: Bool
    /// The chance of a value of the layers' states to be left out in training.
    package let dropout: Double
    /// alpha: what the loss of image vectors weighs; that of fused ones has the rest.
    package let imageWeight: Double

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case method = "architecture"
        case jointDimension = "joint_dimension"
        case layers
        case fusionLayers = "fusion_layers"
        case heads
        case vectorDimension = "vector_dimension"
        case regions
        case regionDimension = "region_dimension"
        case globalDimension = "global_dimension"
        case textDimension = "text_dimension"
        case maxTokens = "max_tokens"
        case sceneTokens = "scene_tokens"
        case normalizeFeatures = "normalize_features"
        case dropout
        case imageWeight = "image_weight"
    }

    /// Makes a configuration, unchecked.
    package init(
        jointDimension: Int, layers: Int, fusionLayers: Int, heads: Int, vectorDimension: Int, regions: Int,
        regionDimension: Int, globalDimension: Int, textDimension: Int, maxTokens: Int, sceneTokens: Int = 30,
        normalizeFeatures: Bool = false, dropout: Double = 0.1, imageWeight: Double = 0.9
    ) {
        method = .vista
        self.jointDimension = jointDimension
        self.layers = layers
        self.fusionLayers = fusionLayers
        self.heads = heads
        self.vectorDimension = vectorDimension
        self.regions = regions
        self.regionDimension = regionDimension
        self.globalDimension = globalDimension
        self.textDimension = textDimension
        self.maxTokens = maxTokens
        self.sceneTokens = sceneTokens
        self.normalizeFeatures = normalizeFeatures
        self.dropout = dropout
        self.imageWeight = imageWeight
    }

    /// K.
    package var regionCount: Int? { regions }

    /// The keys of `config.json`.
    package static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// Refuses what cannot be.
    package func validate(path: String) throws(InputError) {
        func require(_ holds: Bool, _ key: CodingKeys, _ expected: String, _ found: Any) throws(InputError) {
            if holds { return }
            throw InputError(path: path, place: key.rawValue, expected: expected, found: "\(found)")
        }
        try require(method == .vista, .method, "vista", method.rawValue)
        let sizes: [(CodingKeys, Int, least: Int)] = [
            (.jointDimension, jointDimension, 1), (.layers, layers, 1), (.fusionLayers, fusionLayers, 1),
            (.heads, heads, 1), (.vectorDimension, vectorDimension, 1), (.regions, regions, 1),
            (.regionDimension, regionDimension, 1), (.globalDimension, globalDimension, 1),
            (.textDimension, textDimension, 1), (.maxTokens, maxTokens, 3), (.sceneTokens, sceneTokens, 3),
        ]
        for (key, size, least) in sizes {
            try require(size >= least, key, "at least \(least)", size)
            // So that no product of sizes is too large for a number.
            try require(size <= 1 << 20, key, "at most \(1 << 20)", size)
        }
        try require(jointDimension % heads == 0, .heads, "a divisor of joint_dimension \(jointDimension)", heads)
        try require(fusionLayers <= layers, .fusionLayers, "at most layers \(layers)", fusionLayers)
        try require((0..<1).contains(dropout), .dropout, "a probability below 1", dropout)
        try require((0...1).contains(imageWeight), .imageWeight, "a number from 0 to 1", imageWeight)
    }

    /// One whose words are as wide as those that the model reads, and begin with a token that stands for all of them.
    package func check(_ encoder: TextEncoder, path: String) throws(InputError) {
        guard encoder.tower == nil else {
            throw InputError(
                path: path, place: "text_encoder.path", expected: "a BERT, whose first token stands for a caption",
                found: "a pretrained pair's text tower")
        }
        guard encoder.width == textDimension else {
            throw InputError(
                path: path, place: "text_dimension", expected: "\(encoder.width), the text encoder's width",
                found: "\(textDimension)")
        }
    }

    /// Builds the method.
    package func build(_ scope: ParameterScope) throws(TorchError) -> any PairScorer { try ViSTA(scope, self) }

    /// Layers of these sizes.
    func transformer(layers: Int) -> TransformerConfiguration {
        var shape = TransformerConfiguration(
            width: jointDimension, layerCount: layers, headCount: heads, innerWidth: 4 * jointDimension,
            activation: .gelu, norm: .before, epsilon: ViSTA.epsilon)
        (shape.hiddenDropout, shape.attentionDropout) = (dropout, dropout)
        return shape
    }
}
