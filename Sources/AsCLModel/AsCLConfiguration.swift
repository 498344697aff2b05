import Foundation

/// The shape of an AsCL model: `config.json` of a checkpoint (spec section 8).
public struct AsCLConfiguration: ModelConfiguration, Equatable {
    /// How the attended image and the image's own global feature become one vector, or no fusion at all.
    public enum Fusion: String, Codable, Sendable, CaseIterable {
        /// Their sum.
        case sum
        /// A learned blend: t a + (1 - t) b with t = sigmoid(Linear([a; b])).
        case gated
        /// Ablation without cross-modal fusion: mean regions against mean words.
        case none
    }

    /// Always `ascl`.
    public private(set) var architecture = "ascl"
    /// D.
    public var jointDimension: Int
    /// H; divides D.
    public var heads: Int
    /// R.
    public var regionDimension: Int
    /// G.
    public var globalDimension: Int
    /// B.
    public var textDimension: Int
    /// u1, the weight of the local score.
    public var localWeight: Double
    /// How global vectors are made.
    public var fusion: Fusion
    /// Whether raw image features are L2-normalised before they are projected.
    public var normalizeFeatures: Bool
    /// The most tokens of a caption, special ones included.
    public var maxTokens: Int

    /// Always `ascl`.
    public var method: String { architecture }

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
    public init(
        jointDimension: Int, heads: Int, regionDimension: Int, globalDimension: Int, textDimension: Int,
        localWeight: Double, fusion: Fusion = .sum, normalizeFeatures: Bool = false, maxTokens: Int = 64
    ) throws(AsCLError) {
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

    /// Reads `config.json`; unknown keys and impossible values are refused.
    public init(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw AsCLError.invalid(
                path: path, key: "file", expected: "a model configuration", found: "no readable file")
        }
        do {
            let known = Set(CodingKeys.allCases.map(\.rawValue))
            if let object = try JSONSerialization.jsonObject(with: data) as? [String: Any],
                let unknown = object.keys.sorted().first(where: { !known.contains($0) })
            {
                throw AsCLError.invalid(
                    path: path, key: unknown, expected: "one of \(known.sorted().joined(separator: ", "))",
                    found: "an unknown key")
            }
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch let error as DecodingError {
            throw AsCLError.invalid(path: path, key: error.key, expected: "a valid value", found: error.reason)
        } catch let error as AsCLError {
            throw error
        } catch {
            throw AsCLError.invalid(path: path, key: "file", expected: "JSON", found: "something else")
        }
        try validate(path: path)
    }

    private func validate(path: String) throws(AsCLError) {
        func require(_ holds: Bool, _ key: CodingKeys, _ expected: String, _ found: Any) throws(AsCLError) {
            if !holds {
                throw .invalid(path: path, key: key.rawValue, expected: expected, found: "\(found)")
            }
        }
        try require(architecture == "ascl", .architecture, "ascl", architecture)
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

extension DecodingError {
    fileprivate var context: Context {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            context
        @unknown default: Context(codingPath: [], debugDescription: "unreadable")
        }
    }
    fileprivate var key: String {
        if case .keyNotFound(let key, _) = self { return key.stringValue }
        return context.codingPath.last?.stringValue ?? "file"
    }
    fileprivate var reason: String {
        if case .keyNotFound = self { return "no such key" }
        return context.debugDescription
    }
}
