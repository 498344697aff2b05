import Torch
import TorchNN

/// What is guessed from the states where something was masked.
///
///     words     E_w P^T LN(gelu(W h)) + c        by the table that words are read with
///     regions   W_v^T LN(gelu(W h)) + c          by the layer that regions are read with
///     classes   Linear_H->C( LN(gelu(W h)) )
struct GuessHeads: Sendable {
    let words: WordHead
    private let regionTransform: HeadTransform
    private let regionBias: Tensor
    private let classes: (transform: HeadTransform, output: Linear)?

    /// Builds it along `mlm.*`, `regression.*` and, where there are classes, `classes.*`.
    init(_ scope: ParameterScope, _ configuration: JointConfiguration) throws(TorchError) {
        let width = configuration.jointDimension
        words = try WordHead(scope / "mlm", configuration)
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

/// E_w P^T LN(gelu(W h)) + c: what word stands at a place.
struct WordHead: Sendable {
    private let transform: HeadTransform
    private let bias: Tensor

    /// Builds it along `dense`, `LayerNorm` and `bias`.
    init(_ scope: ParameterScope, _ configuration: JointConfiguration) throws(TorchError) {
        transform = try HeadTransform(scope, width: configuration.jointDimension)
        bias = try scope.parameter("bias", [configuration.vocabulary.count], .zeros)
    }

    /// Logits `[places, tokens]` of the words at states `[places, H]`.
    func callAsFunction(_ states: Tensor, _ words: JointWords) throws(TorchError) -> Tensor {
        try words.logits(transform(states)).to(.float32) + bias
    }

    /// Takes up another head's values.
    func copy(from other: WordHead) throws(TorchError) {
        try transform.copy(from: other.transform)
        try bias.copy(from: other.bias.detached())
    }
}

extension Linear {
    /// Takes up another layer's values.
    func copy(from other: Linear) throws(TorchError) {
        try weight.copy(from: other.weight.detached())
        if let bias, let theirs = other.bias { try bias.copy(from: theirs.detached()) }
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

    /// Takes up another's values.
    func copy(from other: HeadTransform) throws(TorchError) {
        try dense.copy(from: other.dense)
        try norm.weight.copy(from: other.norm.weight.detached())
        try norm.bias.copy(from: other.norm.bias.detached())
    }
}
