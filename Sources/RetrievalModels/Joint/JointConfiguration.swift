package import AsCLBase
package import TextEncoding
package import Torch
package import TorchNN

/// The shape of UNITER, whatever it learns from besides, or of LightningDOT's two towers: `config.json` of its checkpoint.
package struct JointConfiguration: ClassGuessingConfiguration, Equatable {
    /// `uniter`, `uniter_dg`, `tags_dc` or `lightningdot`.
    package let method: Method
    /// Of words, regions and layers; of each tower.
    package private(set) var shape: LayeredShape
    /// What the distance by optimal transport weighs in the task of matching.
    package let transportWeight: Double
    /// How many classes it tells regions apart by; 0 where it does not.
    package let classes: Int
    /// Whether they are the nearest vectors of a dictionary, else a detector's.
    package let hasDictionary: Bool

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case method = "architecture"
        case transportWeight = "transport_weight"
        case classes
        case hasDictionary = "dictionary"
    }

    /// Makes a configuration, unchecked.
    package init(
        _ method: Method, jointDimension: Int, layers: Int, heads: Int, regionDimension: Int, globalDimension: Int,
        textDimension: Int, maxTokens: Int, vocabulary: CutVocabulary, normalizeFeatures: Bool = false,
        dropout: Double = 0.1, transportWeight: Double = 0.1, classes: Int = 0, hasDictionary: Bool = false
    ) {
        self.method = method
        shape = LayeredShape(
            jointDimension: jointDimension, layers: layers, heads: heads, regionDimension: regionDimension,
            globalDimension: globalDimension, textDimension: textDimension, maxTokens: maxTokens,
            normalizeFeatures: normalizeFeatures, dropout: dropout, vocabulary: vocabulary)
        self.transportWeight = transportWeight
        self.classes = classes
        self.hasDictionary = hasDictionary
    }

    /// It asks where regions are.
    package var readsBoxes: Bool { true }

    /// Reads the shape's keys and its own.
    package init(from decoder: any Decoder) throws {
        shape = try LayeredShape(from: decoder)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        method = try values.decode(Method.self, forKey: .method)
        transportWeight = try values.decode(Double.self, forKey: .transportWeight)
        classes = try values.decode(Int.self, forKey: .classes)
        hasDictionary = try values.decode(Bool.self, forKey: .hasDictionary)
    }

    /// Writes the shape's keys and its own.
    package func encode(to encoder: any Encoder) throws {
        try shape.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(method, forKey: .method)
        try values.encode(transportWeight, forKey: .transportWeight)
        try values.encode(classes, forKey: .classes)
        try values.encode(hasDictionary, forKey: .hasDictionary)
    }

    /// The keys of `config.json`.
    package static var keys: [String] { LayeredShape.keys + CodingKeys.allCases.map(\.rawValue) }

    /// Refuses what cannot be.
    package func validate(path: String) throws(InputError) {
        func require(_ holds: Bool, _ key: CodingKeys, _ expected: String, _ found: Any) throws(InputError) {
            if holds { return }
            throw InputError(path: path, place: key.rawValue, expected: expected, found: "\(found)")
        }
        try require(method.isJoint, .method, "uniter, uniter_dg, tags_dc or lightningdot", method.rawValue)
        try shape.validate(path: path)
        try validateClasses(path: path)
        try require(transportWeight >= 0, .transportWeight, "at least 0", transportWeight)
        try require(
            method.isUNITER || transportWeight == 0, .transportWeight, "0 for \(method.rawValue)", transportWeight)
    }

    /// Builds the method.
    package func build(_ scope: ParameterScope) throws(TorchError) -> any PairScorer {
        method.isUNITER ? try UNITER(scope, self) : try LightningDOT(scope, self)
    }

    /// The same with another one's words besides its own.
    package func joined(with other: any LayeredConfiguration) -> JointConfiguration {
        var joined = self
        joined.shape.vocabulary = vocabulary.joined(with: other.vocabulary)
        return joined
    }

    /// Word vectors begin as the text encoder's.
    package func given(by encoder: TextEncoder) -> [String: Tensor] {
        shape.words(of: encoder, for: method.isUNITER ? "joint" : "text")
    }

    /// All tasks, but for classes where there are none.
    var tasks: [LearningTask] { [.matching, .words, .regions] + (classes > 0 ? [.classes] : []) }
}
