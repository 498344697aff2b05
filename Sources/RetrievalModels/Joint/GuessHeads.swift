import Torch
import TorchNN

/// What is guessed from the states where something was masked.
///
///     words     E_w P^T LN(gelu(W h)) + c        by the table that words are read with
///     regions   W_v^T LN(gelu(W h)) + c          by the layer that regions are read with
///     classes   Linear_H->C( LN(gelu(W h)) )
struct GuessHeads: Sendable {
    private let wordTransform, regionTransform: HeadTransform
    private let wordBias, regionBias: Tensor
    private let classes: (transform: HeadTransform, output: Linear)?

    /// Builds it along `mlm.*`, `regression.*` and, where there are classes, `classes.*`.
    init(_ scope: ParameterScope, _ configuration: JointConfiguration) throws(TorchError) {
        let width = configuration.jointDimension
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

    /// Logits `[places, tokens]` of the words at states `[places, H]`.
    func words(_ states: Tensor, _ words: JointWords) throws(TorchError) -> Tensor {
        try words.logits(wordTransform(states)).to(.float32) + wordBias
    }

    /// The mean cross entropy of words at states `[places, H]`.
    func term(_ masking: WordMasking, _ states: Tensor, _ words: JointWords) throws(TorchError) -> TaskTerm {
        let answers = try Tensor(masking.answers, shape: [masking.answers.count]).to(device: states.device)
        return TaskTerm("words", try self.words(states, words).crossEntropy(labels: answers))
    }

    /// Features `[places, R]` of the regions at states `[places, H]`.
    func regions(_ states: Tensor, _ regions: JointRegions) throws(TorchError) -> Tensor {
        try regions.regression(regionTransform(states)).to(.float32) + regionBias
    }

    /// The mean squared error of regions at states `[places, H]`.
    func term(_ masked: MaskedRegions, _ states: Tensor, _ regions: JointRegions) throws(TorchError) -> TaskTerm {
        let missed = try self.regions(states, regions) - masked.answers
        return TaskTerm("regions", try (missed * missed).mean())
    }

    /// The mean cross entropy of regions' classes at states `[places, H]`.
    func term(_ masked: MaskedRegions, _ states: Tensor, _ dictionary: RegionDictionary?) throws(TorchError) -> TaskTerm
    {
        guard let classes else {
            throw TorchError(operation: "classes", reason: "expected a model that has them")
        }
        let logits = try classes.output(classes.transform(states)).to(.float32)
        return TaskTerm("classes", try logits.crossEntropy(labels: masked.classes(dictionary)))
    }
}

/// LN(gelu(W h)), which goes before a guess.
struct HeadTransform: Sendable {
    let dense: Linear
    let norm: LayerNorm

    /// Builds it along `dense` and `LayerNorm`.
    init(_ scope: ParameterScope, width: Int) throws(TorchError) {
        dense = try Linear(scope / "dense", from: width, to: width)
        norm = try LayerNorm(scope / "LayerNorm", width: width, epsilon: JointEncoder.epsilon)
    }

    /// `[places, H]` to the same.
    func callAsFunction(_ states: Tensor) throws(TorchError) -> Tensor { try norm(dense(states).gelu().to(.float32)) }
}
