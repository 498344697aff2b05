package import AsCLBase
package import PretrainedFolders
package import TextEncoding
package import Torch
package import TorchNN

/// The shape of a pretrained pair of towers as a method: `config.json` of its checkpoint.
package struct PretrainedConfiguration: ModelConfiguration, Equatable {
    /// `clip` or `siglip`.
    package let method: Method
    /// G, values of a vector in the common space.
    package let globalDimension: Int
    /// B, the width of the text tower's states.
    package let textDimension: Int
    /// The most tokens of a caption, special ones included.
    package let maxTokens: Int
    /// Regions are not looked at.
    package var regionDimension: Int { 1 }
    /// Only the picture's own vector counts.
    package var readsRegions: Bool { false }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case method = "architecture"
        case globalDimension = "global_dimension"
        case textDimension = "text_dimension"
        case maxTokens = "max_tokens"
    }

    /// The configuration of a text tower's own pair.
    /// - Parameter globalDimension: G of the pictures' vectors, nil for the tower's own.
    /// - Throws: `InputError` where the encoder is another family's, or the pictures' vectors are of another space.
    package init(
        _ method: Method, of encoder: TextEncoder, globalDimension: Int? = nil, maxTokens: Int
    ) throws(InputError) {
        guard let tower = encoder.tower, tower.configuration.family.method == method else {
            throw InputError(
                path: encoder.directory, place: "text_encoder.path", expected: "a \(method.rawValue), for the method",
                found: encoder.tower.map { "a \($0.configuration.family)" } ?? "a BERT")
        }
        self.method = method
        self.globalDimension = tower.projectionSize
        textDimension = tower.width
        self.maxTokens = maxTokens
        if let globalDimension, globalDimension != tower.projectionSize {
            throw InputError(
                path: encoder.directory, place: "global features",
                expected: "\(tower.projectionSize) values, the space of the text encoder's vectors: features by "
                    + "`ascl features --regions patches --encoder`",
                found: "\(globalDimension)")
        }
    }

    /// The keys of `config.json`.
    package static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// Refuses what cannot be.
    package func validate(path: String) throws(InputError) {
        guard PretrainedFamily(method) != nil else {
            throw InputError(
                path: path, place: CodingKeys.method.rawValue, expected: "clip or siglip", found: method.rawValue)
        }
        for (key, value, least) in [
            (CodingKeys.globalDimension, globalDimension, 1), (.textDimension, textDimension, 1),
            (.maxTokens, maxTokens, 3),
        ] where value < least {
            throw InputError(path: path, place: key.rawValue, expected: "at least \(least)", found: "\(value)")
        }
    }

    /// Builds the method.
    package func build(_ scope: ParameterScope) throws(TorchError) -> any PairScorer {
        try PretrainedPair(scope, self)
    }

    /// The text tower's projection.
    package func given(by encoder: TextEncoder) -> [String: Tensor] {
        Self.projection(of: encoder, under: "text.projection")
    }

    /// The text tower's projection under another name.
    static func projection(of encoder: TextEncoder, under name: String) -> [String: Tensor] {
        let own = encoder.tower?.configuration.family == .siglip ? "text_model.head" : "text_projection"
        let parameters = encoder.parameters.dictionary
        return Dictionary(
            uniqueKeysWithValues: ["weight", "bias"].compactMap { part in
                parameters["\(own).\(part)"].map { ("\(name).\(part)", $0) }
            })
    }
}

extension PretrainedFamily {
    /// The method of its own.
    package var method: Method { self == .clip ? .clip : .siglip }

    /// The family that a method is of.
    init?(_ method: Method) {
        switch method {
        case .clip: self = .clip
        case .siglip: self = .siglip
        default: return nil
        }
    }
}
