package import AsCLBase
package import TextEncoding
package import Torch
package import TorchNN

/// The shape of AsCL with a pretrained pair beside it: `config.json` of its checkpoint.
package struct MixedConfiguration: ModelConfiguration, Equatable {
    /// Always `mixed`.
    package let method: Method
    /// AsCL's part.
    package let ascl: AsCLConfiguration
    /// The pretrained pair's part.
    package let pair: PretrainedConfiguration

    package var regionDimension: Int { ascl.regionDimension }
    package var globalDimension: Int { ascl.globalDimension }
    package var textDimension: Int { ascl.textDimension }
    package var maxTokens: Int { ascl.maxTokens }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case method = "architecture"
        case ascl, pair
    }

    /// Of AsCL's configuration and the pair's.
    package init(_ ascl: AsCLConfiguration, _ pair: PretrainedConfiguration) {
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
        try pair.validate(path: path)
        for (key, own, other) in [
            ("global_dimension", ascl.globalDimension, pair.globalDimension),
            ("text_dimension", ascl.textDimension, pair.textDimension),
        ] where own != other {
            throw InputError(path: path, place: "pair." + key, expected: "\(own), as ascl has it", found: "\(other)")
        }
    }

    /// Builds the method.
    package func build(_ scope: ParameterScope) throws(TorchError) -> any PairScorer { try MixedScorer(scope, self) }

    /// The pair's projection.
    package func given(by encoder: TextEncoder) -> [String: Tensor] {
        PretrainedConfiguration.projection(of: encoder, under: "pair.text.projection")
    }
}
