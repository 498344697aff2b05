package import AsCLBase

/// The shape of an AsCL model: `config.json` of a checkpoint (docs/method.md, Files).
package struct AsCLConfiguration: ModelConfiguration, Equatable {
    /// Always `ascl`.
    private var architecture = Method.ascl
    /// D.
    package var jointDimension: Int
    /// H; divides D.
    package var heads: Int
    /// R.
    package var regionDimension: Int
    /// G.
    package var globalDimension: Int
    /// B.
    package var textDimension: Int
    /// u1, the weight of the local score.
    package var localWeight: Double
    /// How global vectors are made.
    package var fusion: Fusion
    /// Whether raw image features are L2-normalised before they are projected.
    package var normalizeFeatures: Bool
    /// The most tokens of a caption, special ones included.
    package var maxTokens: Int

    /// Always `ascl`.
    package var method: Method { architecture }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case architecture
        case jointDimension = "joint_dimension"
        case heads
        case regionDimension = "region_dimension"
        case globalDimension = "global_dimension"
        case textDimension = "text_dimension"
        case localWeight = "local_weight"
        case fusion
        case normalizeFeatures = "normalize_features"
        case maxTokens = "max_tokens"
    }

    /// Makes a configuration.
    package init(
        jointDimension: Int, heads: Int, regionDimension: Int, globalDimension: Int, textDimension: Int,
        localWeight: Double, fusion: Fusion = .sum, normalizeFeatures: Bool = false, maxTokens: Int = 64
    ) throws(InputError) {
        self.jointDimension = jointDimension
        self.heads = heads
        self.regionDimension = regionDimension
        self.globalDimension = globalDimension
        self.textDimension = textDimension
        self.localWeight = localWeight
        self.fusion = fusion
        self.normalizeFeatures = normalizeFeatures
        self.maxTokens = maxTokens
        try validate(path: "configuration")
    }

    /// The keys of `config.json`.
    package static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// Refuses what cannot be.
    package func validate(path: String) throws(InputError) {
        func require(_ holds: Bool, _ key: CodingKeys, _ expected: String, _ found: Any) throws(InputError) {
            if !holds {
                throw InputError(path: path, place: key.rawValue, expected: expected, found: "\(found)")
            }
        }
        try require(architecture == .ascl, .architecture, "ascl", architecture.rawValue)
        try require(jointDimension >= 1, .jointDimension, "at least 1", jointDimension)
        try require(
            heads >= 1 && jointDimension % max(heads, 1) == 0, .heads, "a divisor of joint_dimension \(jointDimension)",
            heads)
        try require(regionDimension >= 1, .regionDimension, "at least 1", regionDimension)
        try require(globalDimension >= 1, .globalDimension, "at least 1", globalDimension)
        try require(textDimension >= 1, .textDimension, "at least 1", textDimension)
        try require((0...1).contains(localWeight), .localWeight, "a weight in 0...1", localWeight)
        try require(maxTokens >= 3, .maxTokens, "at least 3", maxTokens)
    }
}
