package import AsCLBase
package import TextEncoding
package import Torch
package import TorchNN

/// The shape of UNITER, whatever it learns from besides, or of LightningDOT's two towers: `config.json` of its checkpoint.
package struct JointConfiguration: ModelConfiguration, Equatable {
    /// `uniter`, `uniter_dg`, `tags_dc` or `lightningdot`.
    package let method: Method
    /// H, the width of all states.
    package let jointDimension: Int
    /// Layers one after the other; of each tower.
    package let layers: Int
    /// Heads of a layer's attention.
    package let heads: Int
    /// R.
    package let regionDimension: Int
    /// G, which it does not read.
    package let globalDimension: Int
    /// B, the width of word vectors.
    package let textDimension: Int
    /// The most tokens of a caption, special ones included: it has positions for so many.
    package let maxTokens: Int
    /// Whether raw regions are L2-normalised first.
    package let normalizeFeatures: Bool
    /// The chance of a value to be left out in training, after every sum, and of an attention weight.
    package let dropout: Double
    /// What the distance by optimal transport weighs in the task of matching.
    package let transportWeight: Double
    /// How many classes it tells regions apart by; 0 where it does not.
    package let classes: Int
    /// Whether they are the nearest vectors of a dictionary, else a detector's.
    package let hasDictionary: Bool
    /// The tokens that it has vectors for.
    package private(set) var vocabulary: CutVocabulary

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case method = "architecture"
        case jointDimension = "joint_dimension"
        case layers, heads
        case regionDimension = "region_dimension"
        case globalDimension = "global_dimension"
        case textDimension = "text_dimension"
        case maxTokens = "max_tokens"
        case normalizeFeatures = "normalize_features"
        case dropout
        case transportWeight = "transport_weight"
        case classes
        case hasDictionary = "dictionary"
        case vocabulary
    }

    /// Makes a configuration, unchecked.
    package init(
        _ method: Method, jointDimension: Int, layers: Int, heads: Int, regionDimension: Int, globalDimension: Int,
        textDimension: Int,
        maxTokens: Int, vocabulary: CutVocabulary, normalizeFeatures: Bool = false, dropout: Double = 0.1,
        transportWeight: Double = 0.1, classes: Int = 0, hasDictionary: Bool = false
    ) {
        self.method = method
        self.jointDimension = jointDimension
        self.layers = layers
        self.heads = heads
        self.regionDimension = regionDimension
        self.globalDimension = globalDimension
        self.textDimension = textDimension
        self.maxTokens = maxTokens
        self.vocabulary = vocabulary
        self.normalizeFeatures = normalizeFeatures
        self.dropout = dropout
        self.transportWeight = transportWeight
        self.classes = classes
        self.hasDictionary = hasDictionary
    }

    /// Words are its own.
    package var readsTokens: Bool { true }
    /// It asks where regions are.
    package var readsBoxes: Bool { true }

    /// The keys of `config.json`.
    package static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// Refuses what cannot be.
    package func validate(path: String) throws(InputError) {
        func require(_ holds: Bool, _ key: CodingKeys, _ expected: String, _ found: Any) throws(InputError) {
            if holds { return }
            throw InputError(path: path, place: key.rawValue, expected: expected, found: "\(found)")
        }
        try require(method.isJoint, .method, "uniter, uniter_dg, tags_dc or lightningdot", method.rawValue)
        let sizes: [(CodingKeys, Int, least: Int)] = [
            (.jointDimension, jointDimension, 1), (.layers, layers, 1), (.heads, heads, 1),
            (.regionDimension, regionDimension, 1), (.globalDimension, globalDimension, 1),
            (.textDimension, textDimension, 1), (.maxTokens, maxTokens, 3), (.classes, classes, 0),
        ]
        for (key, size, least) in sizes {
            try require(size >= least, key, "at least \(least)", size)
            // So that no product of sizes is too large for a number.
            try require(size <= 1 << 20, key, "at most \(1 << 20)", size)
        }
        try require(
            jointDimension % heads == 0, .heads, "a divisor of joint_dimension \(jointDimension)", heads)
        try require((0..<1).contains(dropout), .dropout, "a probability below 1", dropout)
        try require(classes > 0 || !hasDictionary, .hasDictionary, "false without classes", hasDictionary)
        try require(transportWeight >= 0, .transportWeight, "at least 0", transportWeight)
        try require(
            method.isUNITER || transportWeight == 0, .transportWeight, "0 for \(method.rawValue)", transportWeight)
        try vocabulary.validate(path: path)
    }

    /// One with the vocabulary that was cut.
    package func check(_ encoder: TextEncoder, path: String) throws(InputError) {
        guard encoder.width == textDimension else {
            throw InputError(
                path: path, place: "text_dimension", expected: "\(encoder.width), the text encoder's width",
                found: "\(textDimension)")
        }
        try vocabulary.check(encoder, path: path)
    }

    /// Builds the method.
    package func build(_ scope: ParameterScope) throws(TorchError) -> any PairScorer {
        method.isUNITER ? try UNITER(scope, self) : try LightningDOT(scope, self)
    }

    /// The same with other tokens.
    func reading(_ vocabulary: CutVocabulary) -> JointConfiguration {
        var other = self
        other.vocabulary = vocabulary
        return other
    }

    /// Word vectors begin as the text encoder's.
    package func given(by encoder: TextEncoder) -> [String: Tensor] {
        guard let own = vocabulary.vectors(of: encoder) else { return [:] }
        return ["\(method.isUNITER ? "joint" : "text").embeddings.\(JointWords.tableName).weight": own]
    }
}

extension JointConfiguration {
    /// BERT's layers of these sizes.
    var transformer: TransformerConfiguration {
        var shape = TransformerConfiguration(
            width: jointDimension, layerCount: layers, headCount: heads, innerWidth: 4 * jointDimension,
            activation: .gelu, norm: .after, epsilon: JointEncoder.epsilon)
        (shape.hiddenDropout, shape.attentionDropout) = (dropout, dropout)
        return shape
    }

    /// All tasks, but for classes where there are none.
    var tasks: [LearningTask] { [.matching, .words, .regions] + (classes > 0 ? [.classes] : []) }

    /// The dictionary along `dictionary`, where there is one.
    func dictionary(_ scope: ParameterScope) throws(TorchError) -> RegionDictionary? {
        guard hasDictionary else { return nil }
        return try RegionDictionary(scope / "dictionary", count: classes, width: regionDimension)
    }
}
