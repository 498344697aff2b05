package import AsCLBase
package import TextEncoding
import Torch
import TorchNN

/// What methods have in common that send words of their own, regions or both through BERT's layers. In `config.json` its keys
/// stand among each method's own.
package struct LayeredShape: Codable, Sendable, Equatable {
    /// H, the width of all states.
    package let jointDimension: Int
    /// Layers one after the other; of each tower or stream that the method has.
    package let layers: Int
    /// Heads of a layer's attention.
    package let heads: Int
    /// R.
    package let regionDimension: Int
    /// G, which no such method reads.
    package let globalDimension: Int
    /// B, the width of word vectors.
    package let textDimension: Int
    /// The most tokens of a caption, special ones included: there are positions for so many.
    package let maxTokens: Int
    /// Whether raw regions are L2-normalised first.
    package let normalizeFeatures: Bool
    /// The chance of a value to be left out in training, after every sum, and of an attention weight.
    package let dropout: Double
    /// The tokens that there are vectors for.
    package internal(set) var vocabulary: CutVocabulary

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case jointDimension = "joint_dimension"
        case layers, heads
        case regionDimension = "region_dimension"
        case globalDimension = "global_dimension"
        case textDimension = "text_dimension"
        case maxTokens = "max_tokens"
        case normalizeFeatures = "normalize_features"
        case dropout, vocabulary
    }

    /// Its keys of `config.json`.
    static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// So that no product of sizes is too large for a number.
    static let largest = 1 << 20

    /// Refuses what cannot be.
    func validate(path: String) throws(InputError) {
        func require(_ holds: Bool, _ key: CodingKeys, _ expected: String, _ found: Any) throws(InputError) {
            if holds { return }
            throw InputError(path: path, place: key.rawValue, expected: expected, found: "\(found)")
        }
        let sizes: [(CodingKeys, Int, least: Int)] = [
            (.jointDimension, jointDimension, 1), (.layers, layers, 1), (.heads, heads, 1),
            (.regionDimension, regionDimension, 1), (.globalDimension, globalDimension, 1),
            (.textDimension, textDimension, 1), (.maxTokens, maxTokens, 3),
        ]
        for (key, size, least) in sizes {
            try require(size >= least, key, "at least \(least)", size)
            try require(size <= Self.largest, key, "at most \(Self.largest)", size)
        }
        try require(
            jointDimension % heads == 0, .heads, "a divisor of joint_dimension \(jointDimension)", heads)
        try require((0..<1).contains(dropout), .dropout, "a probability below 1", dropout)
        try vocabulary.validate(path: path)
    }

    /// BERT's layers of these sizes.
    var transformer: TransformerConfiguration {
        var shape = TransformerConfiguration(
            width: jointDimension, layerCount: layers, headCount: heads, innerWidth: 4 * jointDimension,
            activation: .gelu, norm: .after, epsilon: JointEncoder.epsilon)
        (shape.hiddenDropout, shape.attentionDropout) = (dropout, dropout)
        return shape
    }

    /// Word vectors that begin as the text encoder's, of words that are embedded under `<place>.embeddings`.
    func words(of encoder: TextEncoder, for place: String) -> [String: Tensor] {
        guard let own = vocabulary.vectors(of: encoder) else { return [:] }
        return ["\(place).embeddings.\(JointWords.tableName).weight": own]
    }
}

/// A method's configuration that has such a shape among its keys.
package protocol LayeredConfiguration: ModelConfiguration {
    /// The shape.
    var shape: LayeredShape { get }

    /// The same with another one's words besides its own.
    func joined(with other: any LayeredConfiguration) -> Self
}

extension LayeredConfiguration {
    /// H.
    package var jointDimension: Int { shape.jointDimension }
    /// Layers one after the other.
    package var layers: Int { shape.layers }
    /// Heads of a layer's attention.
    package var heads: Int { shape.heads }
    /// R.
    package var regionDimension: Int { shape.regionDimension }
    /// G.
    package var globalDimension: Int { shape.globalDimension }
    /// B.
    package var textDimension: Int { shape.textDimension }
    /// The most tokens of a caption.
    package var maxTokens: Int { shape.maxTokens }
    /// The chance of a value to be left out in training.
    package var dropout: Double { shape.dropout }
    /// The tokens that there are vectors for.
    package var vocabulary: CutVocabulary { shape.vocabulary }
    /// Words are its own.
    package var readsTokens: Bool { true }

    /// One with the vocabulary that was cut.
    package func check(_ encoder: TextEncoder, path: String) throws(InputError) {
        guard encoder.width == textDimension else {
            throw InputError(
                path: path, place: "text_dimension", expected: "\(encoder.width), the text encoder's width",
                found: "\(textDimension)")
        }
        try vocabulary.check(encoder, path: path)
    }
}

/// One whose method also guesses of which class a region is.
protocol ClassGuessingConfiguration: LayeredConfiguration {
    /// How many classes there are; 0 where none are guessed.
    var classes: Int { get }
    /// Whether they are the nearest vectors of a dictionary, else what the data says.
    var hasDictionary: Bool { get }
}

extension ClassGuessingConfiguration {
    /// Refuses classes that cannot be.
    func validateClasses(path: String) throws(InputError) {
        guard (0...LayeredShape.largest).contains(classes) else {
            throw InputError(
                path: path, place: "classes",
                expected: classes < 0 ? "at least 0" : "at most \(LayeredShape.largest)", found: "\(classes)")
        }
        guard classes > 0 || !hasDictionary else {
            throw InputError(path: path, place: "dictionary", expected: "false without classes", found: "true")
        }
    }

    /// The dictionary along `dictionary`, where there is one.
    func dictionary(_ scope: ParameterScope) throws(TorchError) -> RegionDictionary? {
        guard hasDictionary else { return nil }
        return try RegionDictionary(scope / "dictionary", count: classes, width: regionDimension)
    }
}
