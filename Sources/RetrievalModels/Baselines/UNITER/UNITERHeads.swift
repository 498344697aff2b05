import Torch
import TorchNN

/// What UNITER reads off its states.
///
///     match   Linear_H->2(z)                    words     E_w LN(gelu(W h)) + c
///     score   its second row                    regions   W_v^T LN(gelu(W h)) + c
///                                               classes   Linear_H->C( LN(gelu(W h)) )
struct UNITERHeads: Sendable {
    private let matching: Linear
    private let wordTransform, regionTransform: HeadTransform
    private let wordBias, regionBias: Tensor
    private let classes: (transform: HeadTransform, output: Linear)?

    /// Builds it along `match`, `mlm.*`, `regression.*` and, where there are classes, `classes.*`.
    init(_ scope: ParameterScope, _ configuration: UNITERConfiguration) throws(TorchError) {
        let width = configuration.jointDimension
        matching = try Linear(scope / "match", from: width, to: 2)
        wordTransform = try HeadTransform(scope / "mlm", width: width)
        wordBias = try (scope / "mlm").parameter("bias", [configuration.vocabulary.count], .zeros)
        regionTransform = try HeadTransform(scope / "regression", width: width)
        regionBias = try (scope / "regression").parameter("bias", [configuration.regionDimension], .zeros)
        let scope = scope / "classes"
        classes =
            configuration.classes == 0
            ? nil
            : (
                try HeadTransform(scope, width: width),
                try Linear(scope / "output", from: width, to: configuration.classes)
            )
    }

    /// `[pairs, 2]` of z: that a pair does not match, and that it does.
    func match(_ pooled: Tensor) throws(TorchError) -> Tensor { try matching(pooled).to(.float32) }

    /// S `[pairs]` of z.
    func score(_ pooled: Tensor) throws(TorchError) -> Tensor {
        let row = try Linear(weight: matching.weight.sliced(0, 1..<2), bias: matching.bias?.sliced(0, 1..<2))
        return try row(pooled).to(.float32).squeezed(1)
    }

    /// Logits `[places, tokens]` of the words at states `[places, H]`.
    func words(_ states: Tensor, _ words: JointWords) throws(TorchError) -> Tensor {
        try words.logits(wordTransform(states)).to(.float32) + wordBias
    }

    /// Features `[places, R]` of the regions at states `[places, H]`.
    func regions(_ states: Tensor, _ regions: JointRegions) throws(TorchError) -> Tensor {
        try regions.regression(regionTransform(states)).to(.float32) + regionBias
    }

    /// Logits `[places, C]` of the classes at states `[places, H]`; nil where there are none.
    func classes(_ states: Tensor) throws(TorchError) -> Tensor? {
        guard let classes else { return nil }
        return try classes.output(classes.transform(states)).to(.float32)
    }
}
