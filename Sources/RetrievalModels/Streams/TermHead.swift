import Torch
import TorchNN

/// What word stands where a state is: logits E LN(gelu(W h)) + c over the terms of the cut vocabulary. E is the table that
/// words are read with, or the head's own.
struct TermHead: Sendable {
    private let transform: HeadTransform
    private let bias: Tensor
    /// `[terms, H]`; nil where it is the words'.
    private let table: Tensor?

    /// Builds it along `dense`, `LayerNorm`, `bias` and, where it has one, `table`.
    init(_ scope: ParameterScope, _ configuration: StreamConfiguration, ownsTable: Bool = false) throws(TorchError) {
        let (width, terms) = (configuration.jointDimension, configuration.vocabulary.count)
        transform = try HeadTransform(scope, width: width)
        bias = try scope.parameter("bias", [terms], .zeros)
        table = ownsTable ? try scope.parameter("table", [terms, width], .normal(0.02)) : nil
    }

    /// Logits `[..., terms]` of states `[..., H]`.
    func logits(_ states: Tensor, _ words: JointWords) throws(TorchError) -> Tensor {
        let ready = try transform(states)
        let products = if let table { try ready.matmul(table.transposed()) } else { try words.logits(ready) }
        return try products.to(.float32) + bias
    }

    /// The mean cross entropy of the words that were masked, at states `[places, H]`.
    func entropy(
        _ masking: WordMasking, _ states: Tensor, _ words: JointWords
    ) throws(TorchError) -> Tensor {
        let answers = try Tensor(masking.answers, shape: [masking.answers.count]).to(device: states.device)
        return try logits(states, words).crossEntropy(labels: answers)
    }

    /// Becomes another head's copy, whose table is the words' where it has none of its own.
    func copy(from other: TermHead, _ words: JointWords) throws(TorchError) {
        try withoutGradients { () throws(TorchError) in
            try table?.copy(from: other.table ?? words.table.weight)
            try bias.copy(from: other.bias)
            let (own, theirs) = (transform, other.transform)
            try own.dense.weight.copy(from: theirs.dense.weight)
            if let from = theirs.dense.bias { try own.dense.bias?.copy(from: from) }
            try own.norm.weight.copy(from: theirs.norm.weight)
            try own.norm.bias.copy(from: theirs.norm.bias)
        }
    }
}
