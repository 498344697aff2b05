package import AsCLBase
package import TextEncoding
package import Torch
package import TorchNN

/// The shape of SOHO: `config.json` of its checkpoint.
package struct SOHOConfiguration: LayeredConfiguration, Equatable {
    /// `soho`.
    package let method: Method
    /// Of words, cells and layers.
    package private(set) var shape: LayeredShape
    /// k, entries of the visual dictionary.
    package let dictionary: Int
    /// What the cosines of states and entries are divided by where masked cells are guessed.
    package let temperature: Double
    /// The chance of an image to be masked in that task.
    package let maskedImages: Double

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case method = "architecture"
        case dictionary, temperature
        case maskedImages = "masked_images"
    }

    /// Makes a configuration, unchecked.
    package init(
        jointDimension: Int, layers: Int, heads: Int, regionDimension: Int, globalDimension: Int, textDimension: Int,
        maxTokens: Int, vocabulary: CutVocabulary, normalizeFeatures: Bool = false, dropout: Double = 0.1,
        dictionary: Int, temperature: Double = 0.1, maskedImages: Double = 0.5
    ) {
        method = .soho
        shape = LayeredShape(
            jointDimension: jointDimension, layers: layers, heads: heads, regionDimension: regionDimension,
            globalDimension: globalDimension, textDimension: textDimension, maxTokens: maxTokens,
            normalizeFeatures: normalizeFeatures, dropout: dropout, vocabulary: vocabulary)
        self.dictionary = dictionary
        self.temperature = temperature
        self.maskedImages = maskedImages
    }

    /// Reads the shape's keys and its own.
    package init(from decoder: any Decoder) throws {
        shape = try LayeredShape(from: decoder)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        method = try values.decode(Method.self, forKey: .method)
        dictionary = try values.decode(Int.self, forKey: .dictionary)
        temperature = try values.decode(Double.self, forKey: .temperature)
        maskedImages = try values.decode(Double.self, forKey: .maskedImages)
    }

    /// Writes the shape's keys and its own.
    package func encode(to encoder: any Encoder) throws {
        try shape.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(method, forKey: .method)
        try values.encode(dictionary, forKey: .dictionary)
        try values.encode(temperature, forKey: .temperature)
        try values.encode(maskedImages, forKey: .maskedImages)
    }

    /// The keys of `config.json`.
    package static var keys: [String] { LayeredShape.keys + CodingKeys.allCases.map(\.rawValue) }

    /// Refuses what cannot be.
    package func validate(path: String) throws(InputError) {
        func require(_ holds: Bool, _ key: CodingKeys, _ expected: String, _ found: Any) throws(InputError) {
            if holds { return }
            throw InputError(path: path, place: key.rawValue, expected: expected, found: "\(found)")
        }
        try require(method == .soho, .method, "soho", method.rawValue)
        try shape.validate(path: path)
        try require(dictionary >= 1, .dictionary, "at least 1", dictionary)
        try require(dictionary <= LayeredShape.largest, .dictionary, "at most \(LayeredShape.largest)", dictionary)
        guard jointDimension % 4 == 0 else {
            throw InputError(
                path: path, place: "joint_dimension",
                expected: "a multiple of 4, as a cell's place is told by sines and cosines of its row and column",
                found: "\(jointDimension)")
        }
        try require(temperature > 0, .temperature, "above 0", temperature)
        try require(maskedImages > 0 && maskedImages <= 1, .maskedImages, "above 0 and at most 1", maskedImages)
    }

    /// The same with another one's words besides its own.
    package func joined(with other: any LayeredConfiguration) -> SOHOConfiguration {
        var joined = self
        joined.shape.vocabulary = vocabulary.joined(with: other.vocabulary)
        return joined
    }

    /// Builds the method.
    package func build(_ scope: ParameterScope) throws(TorchError) -> any PairScorer { try SOHO(scope, self) }

    /// Word vectors begin as the text encoder's.
    package func given(by encoder: TextEncoder) -> [String: Tensor] { shape.words(of: encoder, for: "joint") }
}
