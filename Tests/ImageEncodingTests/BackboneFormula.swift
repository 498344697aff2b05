import ImageEncoding
import Torch
import TorchNN

/// The backbones on the weights of `scripts/make_backbone_goldens.py`.
enum BackboneFormula {
    /// All parameters of a network with a classifier of ten classes.
    static func parameters(of name: BackboneName) throws -> [String: Tensor] {
        let network = try ParameterStore.initialize(seed: 1) { try name.build($0) }
        var shapes = network.parameters.entries.map { ($0.name, $0.tensor.shape) }
        let classifier = name == .mobilenetV2 ? "classifier.1" : "fc"
        shapes += [("\(classifier).weight", [10, network.model.channels]), ("\(classifier).bias", [10])]
        let variance = name == .mobilenetV2 ? 2.0 : 1.0
        return try Dictionary(
            uniqueKeysWithValues: shapes.map { ($0, try Formula.parameter($0, $1, variance: variance)) })
    }

    /// A network with those parameters.
    static func backbone(_ name: BackboneName) throws -> Backbone {
        try Backbone(name, parameters(of: name), from: "formula", weightsDigest: "formula")
    }
}
