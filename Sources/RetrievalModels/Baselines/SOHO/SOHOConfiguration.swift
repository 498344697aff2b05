package import AsCLBase
package import TextEncoding
package import Torch
package import TorchNN

/// The shape of SOHO: `config.json` of its checkpoint.
package struct SOHOConfiguration: ModelConfiguration, Equatable {
    /// `soho`.
    package let method: Method
    /// H, the width of all states.
    package let jointDimension: Int
    /// Layers one after the other.
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
    /// Whether raw cells are L2-normalised first.
    package let normalizeFeatures: Bool
    /// The chance of a value of the layers' states to be left out in training.
    package let dropout: Double
    /// k, entries of the visual dictionary.
    package let dictionary: Int
    /// What the cosines of states and entries are divided by where masked cells are guessed.
    package let temperature: Double
    /// The chance of an image to be masked in that task.
    package let maskedImages: Double
    /// The tokens that it has vectors for.
    package let vocabulary: CutVocabulary

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case method = "architecture"
        case jointDimension = "joint_dimension"
        case layers, heads
        case regionDimension = "region_dimension"
        case globalDimension = "global_dimension"
        case textDimension = "text_dimension"
        case maxTokens = "max_tokens"
        case normalizeFeatures = "normalize_features"
        case dropout, dictionary, temperature
        case maskedImages = "masked_images"
        case vocabulary
    }

    /// Makes a configuration, unchecked.
    package init(
        jointDimension: Int, layers: Int, heads: Int, regionDimension: Int, globalDimension: Int, textDimension: Int,
        maxTokens: Int, vocabulary: CutVocabulary, normalizeFeatures: Bool = false, dropout: Double = 0.1,
        dictionary: Int, temperature: Double = 0.1, maskedImages: Double = 0.5
    ) {
        method = .soho
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
        self.dictionary = dictionary
        self.temperature = temperature
        self.maskedImages = maskedImages
    }

    /// Words are its own.
    package var readsTokens: Bool { true }

    /// The keys of `config.json`.
    package static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// Refuses what cannot be.
    package func validate(path: String) throws(InputError) {
        func require(_ holds: Bool, _ key: CodingKeys, _ expected: String, _ found: Any) throws(InputError) {
            if holds { return }
            throw InputError(path: path, place: key.rawValue, expected: expected, found: "\(found)")
        }
        try require(method == .soho, .method, "soho", method.rawValue)
        let sizes: [(CodingKeys, Int, least: Int)] = [
            (.jointDimension, jointDimension, 1), (.layers, layers, 1), (.heads, heads, 1),
            (.regionDimension, regionDimension, 1), (.globalDimension, globalDimension, 1),
            (.textDimension, textDimension, 1), (.maxTokens, maxTokens, 3), (.dictionary, dictionary, 1),
        ]
        for (key, size, least) in sizes {
            try require(size >= least, key, "at least \(least)", size)
            // So that no product of sizes is too large for a number.
            try require(size <= 1 << 20, key, "at most \(1 << 20)", size)
        }
        try require(jointDimension % heads == 0, .heads, "a divisor of joint_dimension \(jointDimension)", heads)
        try require(
            jointDimension % 4 == 0, .jointDimension,
            "a multiple of 4, as a cell's place is told by sines and cosines of its row and column", jointDimension)
        try require((0..<1).contains(dropout), .dropout, "a probability below 1", dropout)
        try require(temperature > 0, .temperature, "above 0", temperature)
        try require(maskedImages > 0 && maskedImages <= 1, .maskedImages, "above 0 and at most 1", maskedImages)
        try vocabulary.validate(path: path)
    }

    /// One with the vocabulary that was cut.
    package func check(_ encoder: TextEncoder, path: String) throws(InputError) {
        try joint.check(encoder, path: path)
    }

    /// Builds the method.
    package func build(_ scope: ParameterScope) throws(TorchError) -> any PairScorer { try SOHO(scope, self) }

    /// Word vectors begin as the text encoder's.
    package func given(by encoder: TextEncoder) -> [String: Tensor] {
        guard let own = vocabulary.vectors(of: encoder) else { return [:] }
        return ["joint.embeddings.\(JointWords.tableName).weight": own]
    }

    /// What words and layers are made by.
    var joint: JointConfiguration {
        JointConfiguration(
            method, jointDimension: jointDimension, layers: layers, heads: heads, regionDimension: regionDimension,
            globalDimension: globalDimension, textDimension: textDimension, maxTokens: maxTokens,
            vocabulary: vocabulary, normalizeFeatures: normalizeFeatures, dropout: dropout, transportWeight: 0)
    }
}
