import Torch
import TorchNN

/// The detectors' parameters of `scripts/make_detection_goldens.py`.
enum DetectionFormula {
    /// Variances of some layers' weights, by a part of the parameter's name; 2 for all others.
    private static let variances = [
        ("rpn.head.cls_logits", 0.16), ("rpn.head.bbox_pred", 0.0036), ("box_predictor.bbox_pred", 0.16),
        ("objectness_logits", 0.16), ("anchor_deltas", 0.0036), ("stem.conv1.weight", 0.0006), ("conv3", 0.5),
    ]

    /// Every parameter of a model by the formula, but for those given.
    static func parameters<Model>(
        replacing own: [String: Tensor], _ build: (ParameterScope) throws -> Model
    ) throws -> [String: Tensor] {
        let fresh = try ParameterStore.initialize(seed: 1, build).parameters
        var made: [String: Tensor] = [:]
        for (name, tensor) in fresh.entries {
            let variance = variances.first { name.contains($0.0) }?.1 ?? 2
            made[name] = try own[name] ?? Formula.parameter(name, tensor.shape, variance: variance)
        }
        return made
    }
}
