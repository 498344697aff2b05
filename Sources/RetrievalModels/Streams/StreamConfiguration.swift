package import AsCLBase
package import TextEncoding
package import Torch
package import TorchNN

/// The shape of LexLIP or COTS, methods of two streams that learn words by guessing them: `config.json` of its checkpoint.
package struct StreamConfiguration: ClassGuessingConfiguration, Equatable {
    /// The text encoder's layers that LexLIP begins with.
    package struct Text: Codable, Sendable, Equatable {
        /// Layers one after the other, and how many of the last are trained.
        package let layers, trainedLayers: Int
        /// Heads of a layer's attention, and values between a layer's two products.
        package let heads, innerDimension: Int
        /// The tokens that go on with the word before them, ascending.
        package fileprivate(set) var pieces: [Int]

        enum CodingKeys: String, CodingKey {
            case layers, heads, pieces
            case trainedLayers = "trained_layers"
            case innerDimension = "inner_dimension"
        }
    }

    /// `lexlip` or `cots`.
    package let method: Method
    /// Of words and regions, of the layers of the image's stream, and of COTS's texts' too.
    package private(set) var shape: LayeredShape
    /// tau, of pairs that are told apart.
    package let temperature: Double
    /// What F weighs (LexLIP).
    package let sparsity: Double
    /// How many tokens stand for regions (COTS); 0 where none are guessed.
    package let classes: Int
    /// Whether these are the nearest vectors of a dictionary, else what the data says.
    package let hasDictionary: Bool
    /// The text encoder's layers (LexLIP).
    package private(set) var text: Text?

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case method = "architecture"
        case temperature, sparsity, classes, text
        case hasDictionary = "dictionary"
    }

    /// Makes a configuration, unchecked.
    package init(
        _ method: Method, jointDimension: Int, layers: Int, heads: Int, regionDimension: Int, globalDimension: Int,
        textDimension: Int, maxTokens: Int, vocabulary: CutVocabulary, normalizeFeatures: Bool = false,
        dropout: Double = 0.1, temperature: Double = 0.05, sparsity: Double = 0, classes: Int = 0,
        hasDictionary: Bool = false, text: Text? = nil
    ) {
        self.method = method
        shape = LayeredShape(
            jointDimension: jointDimension, layers: layers, heads: heads, regionDimension: regionDimension,
            globalDimension: globalDimension, textDimension: textDimension, maxTokens: maxTokens,
            normalizeFeatures: normalizeFeatures, dropout: dropout, vocabulary: vocabulary)
        self.temperature = temperature
        self.sparsity = sparsity
        self.classes = classes
        self.hasDictionary = hasDictionary
        self.text = text
    }

    /// It asks where regions are.
    package var readsBoxes: Bool { true }

    /// Reads the shape's keys and its own.
    package init(from decoder: any Decoder) throws {
        shape = try LayeredShape(from: decoder)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        method = try values.decode(Method.self, forKey: .method)
        temperature = try values.decode(Double.self, forKey: .temperature)
        sparsity = try values.decode(Double.self, forKey: .sparsity)
        classes = try values.decode(Int.self, forKey: .classes)
        hasDictionary = try values.decode(Bool.self, forKey: .hasDictionary)
        text = try values.decodeIfPresent(Text.self, forKey: .text)
    }

    /// Writes the shape's keys and its own.
    package func encode(to encoder: any Encoder) throws {
        try shape.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(method, forKey: .method)
        try values.encode(temperature, forKey: .temperature)
        try values.encode(sparsity, forKey: .sparsity)
        try values.encode(classes, forKey: .classes)
        try values.encode(hasDictionary, forKey: .hasDictionary)
        try values.encodeIfPresent(text, forKey: .text)
    }

    /// The keys of `config.json`.
    package static var keys: [String] { LayeredShape.keys + CodingKeys.allCases.map(\.rawValue) }

    /// Refuses what cannot be.
    package func validate(path: String) throws(InputError) {
        func require(_ holds: Bool, _ key: CodingKeys, _ expected: String, _ found: Any) throws(InputError) {
            if holds { return }
            throw InputError(path: path, place: key.rawValue, expected: expected, found: "\(found)")
        }
        try require(method.isStream, .method, "lexlip or cots", method.rawValue)
        try shape.validate(path: path)
        try validateClasses(path: path)
        try require(temperature > 0, .temperature, "above 0", temperature)
        try require(sparsity >= 0, .sparsity, "at least 0", sparsity)
        try require(method == .lexlip || sparsity == 0, .sparsity, "0 for \(method.rawValue)", sparsity)
        try require(method == .cots || classes == 0, .classes, "0 for \(method.rawValue)", classes)
        try require(
            (text != nil) == (method == .lexlip), .text, "the text encoder's layers for lexlip alone",
            text == nil ? "none" : "some")
        guard let text else { return }
        guard jointDimension == textDimension else {
            throw InputError(
                path: path, place: "joint_dimension", expected: "text_dimension \(textDimension), as for lexlip",
                found: "\(jointDimension)")
        }
        let sizes = [text.layers, text.heads, text.innerDimension]
        try require(
            sizes.allSatisfy { (1...1 << 20).contains($0) } && textDimension % text.heads == 0
                && (0...text.layers).contains(text.trainedLayers),
            .text, "sizes of a BERT \(textDimension) wide",
            "layers \(text.layers), trained \(text.trainedLayers), heads \(text.heads), inner \(text.innerDimension)")
        try require(
            text.pieces.allSatisfy((0..<vocabulary.size).contains), .text,
            "pieces below the vocabulary's size \(vocabulary.size)", "others")
    }

    /// The same with another one's words besides its own.
    package func joined(with other: any LayeredConfiguration) -> StreamConfiguration {
        var joined = self
        joined.shape.vocabulary = vocabulary.joined(with: other.vocabulary)
        let pieces = (other as? StreamConfiguration)?.text?.pieces ?? []
        joined.text?.pieces = Set(pieces + (text?.pieces ?? [])).sorted()
        return joined
    }

    /// Builds the method.
    package func build(_ scope: ParameterScope) throws(TorchError) -> any PairScorer {
        method == .lexlip ? try LexLIP(scope, self) : try COTS(scope, self)
    }

    /// Word vectors begin as the text encoder's, and so do LexLIP's layers for texts.
    package func given(by encoder: TextEncoder) -> [String: Tensor] {
        var given = shape.words(of: encoder, for: "text")
        guard let text else { return given }
        let theirs = encoder.parameters.dictionary
        // Of kinds of tokens a text has the first alone.
        for (name, rows) in [("position_embeddings", Array(0..<maxTokens)), ("token_type_embeddings", [0, 0])] {
            guard let table = theirs["embeddings.\(name).weight"],
                let places = try? Tensor(rows, shape: [rows.count]).to(device: table.device)
            else { continue }
            given["text.embeddings.\(name).weight"] = try? table.detached().indexSelect(places).to(.float32)
        }
        for part in ["weight", "bias"] {
            given["text.embeddings.LayerNorm.\(part)"] = theirs["embeddings.LayerNorm.\(part)"]
        }
        for layer in 0..<text.layers {
            for (name, tensor) in theirs where name.hasPrefix("encoder.layer.\(layer).") {
                given["text.\(name)"] = tensor
            }
        }
        return given
    }
}

extension StreamConfiguration.Text {
    /// A text encoder's layers, the last two of which are trained.
    /// - Throws: `InputError` where it is no BERT, or one that computes otherwise.
    package init(of encoder: TextEncoder, _ vocabulary: CutVocabulary) throws(InputError) {
        guard let shape = (encoder.network as? BERT)?.transformer,
            let tokenizer = encoder.tokenizer as? WordPieceTokenizer
        else {
            throw InputError(
                path: encoder.directory, place: "text_encoder", expected: "a BERT, whose layers lexlip goes on from",
                found: "another encoder")
        }
        guard shape.activation == .gelu, shape.epsilon == JointEncoder.epsilon else {
            throw InputError(
                path: encoder.directory, place: "config.json",
                expected: "hidden_act gelu and layer_norm_eps \(JointEncoder.epsilon), which lexlip computes",
                found: "\(shape.activation) and \(shape.epsilon)")
        }
        let (mark, texts) = (tokenizer.continuationMark, tokenizer.tokenTexts)
        self.init(
            layers: shape.layerCount, trainedLayers: min(Self.trainedLayers, shape.layerCount), heads: shape.headCount,
            innerDimension: shape.innerWidth,
            pieces: vocabulary.tokens.filter { texts[Int32($0)].map { $0.hasPrefix(mark) && $0 != mark } ?? false }
                .sorted())
    }

    private static let trainedLayers = 2

    /// So many of its layers.
    func transformer(width: Int, layers: Int, dropout: Double) -> TransformerConfiguration {
        var shape = TransformerConfiguration(
            width: width, layerCount: layers, headCount: heads, innerWidth: innerDimension, activation: .gelu,
            norm: .after, epsilon: JointEncoder.epsilon)
        (shape.hiddenDropout, shape.attentionDropout) = (dropout, dropout)
        return shape
    }
}
