package import Torch

extension Activation {
    /// `transformers`' names, of which some mean the same.
    private static let pretrained: [String: Self] = [
        "gelu": .gelu, "gelu_python": .gelu, "gelu_new": .geluTanh, "gelu_fast": .geluTanh,
        "gelu_pytorch_tanh": .geluTanh, "quick_gelu": .quickGELU, "relu": .relu,
    ]

    /// The activation that a configuration names.
    /// - Parameter path: Where it does.
    /// - Throws: `DecodingError` with the names that are known.
    package init(pretrained name: String, at path: [any CodingKey]) throws {
        guard let activation = Self.pretrained[name] else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: path,
                    debugDescription: "\(name), none of \(Self.pretrained.keys.sorted().joined(separator: ", "))"))
        }
        self = activation
    }
}
