package import AsCLBase
package import TextEncoding
package import Torch
package import TorchNN

/// The shape of AsCL with a method of vectors beside it: `config.json` of its checkpoint.
package struct MixedConfiguration: ModelConfiguration, Equatable {
    /// Always `mixed`.
    package let method: Method
    /// AsCL's part.
    package let ascl: AsCLConfiguration
    /// The part of the vectors.
    package let pair: Pair

    /// Whose vectors stand beside AsCL.
    package enum Pair: Sendable, Equatable {
        /// Those of a CLIP or SigLIP.
        case pretrained(PretrainedConfiguration)
        /// The dual encoder's, of nothing pretrained but the words.
        case dual(BaselineConfiguration)

        var shape: any ModelConfiguration {
            switch self {
            case .pretrained(let configuration): configuration
            case .dual(let configuration): configuration
            }
        }
    }

    package var regionDimension: Int { ascl.regionDimension }
    package var globalDimension: Int { ascl.globalDimension }
    package var textDimension: Int { ascl.textDimension }
    package var maxTokens: Int { ascl.maxTokens }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case method = "architecture"
        case ascl, pair
    }

    /// Of AsCL's configuration and the pair's.
    package init(_ ascl: AsCLConfiguration, _ pair: Pair) {
        method = .mixed
        self.ascl = ascl
        self.pair = pair
    }

    /// The keys of `config.json`.
    package static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// Refuses what cannot be.
    package func validate(path: String) throws(InputError) {
        guard method == .mixed else {
            throw InputError(path: path, place: "architecture", expected: "mixed", found: method.rawValue)
        }
        try ascl.validate(path: path)
        let shape = pair.shape
        try shape.validate(path: path)
        var sizes = [
            ("global_dimension", ascl.globalDimension, shape.globalDimension),
            ("text_dimension", ascl.textDimension, shape.textDimension),
        ]
        // A pretrained pair reads no regions.
        if case .dual = pair { sizes.append(("region_dimension", ascl.regionDimension, shape.regionDimension)) }
        for (key, own, other) in sizes where own != other {
            throw InputError(path: path, place: "pair." + key, expected: "\(own), as ascl has it", found: "\(other)")
        }
    }

    /// Builds the method.
    package func build(_ scope: ParameterScope) throws(TorchError) -> any PairScorer {
        switch pair {
        case .pretrained(let pair):
            try MixedScorer(scope, self) { scope throws(TorchError) in try PretrainedPair(scope, pair) }
        case .dual(let pair): try MixedScorer(scope, self) { scope throws(TorchError) in try DualEncoder(scope, pair) }
        }
    }

    /// A pretrained pair's projection.
    package func given(by encoder: TextEncoder) -> [String: Tensor] {
        guard case .pretrained = pair else { return [:] }
        return PretrainedConfiguration.projection(of: encoder, under: "pair.text.projection")
    }
}

extension MixedConfiguration.Pair: Codable {
    private enum Key: String, CodingKey {
        case method = "architecture"
    }

    /// Reads whichever its own `architecture` names.
    package init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: Key.self)
        let method = try keys.decode(Method.self, forKey: .method)
        switch method {
        case .clip, .siglip: self = try .pretrained(PretrainedConfiguration(from: decoder))
        case .dualEncoder: self = try .dual(BaselineConfiguration(from: decoder))
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .method, in: keys,
                debugDescription: "expected clip, siglip or dual_encoder beside ascl, found \(method.rawValue)")
        }
    }

    /// Writes it as it stands alone.
    package func encode(to encoder: any Encoder) throws { try shape.encode(to: encoder) }
}
