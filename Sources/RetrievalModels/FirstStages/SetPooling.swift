import Torch
import TorchNN

/// One unit-length vector of a set of vectors: an attention-weighted sum, refined by two layers.
///
/// What is looked for comes from the set's own summary s (an image's global vector, a text's `[CLS]`), so that
/// `w = softmax((Q s + q) . x / sqrt(D))`, `p = sum w x`, and the result is `LayerNorm(p + W2 gelu(W1 p))` at length one.
struct SetPooling: Sendable {
    private let query, hidden, output: Linear
    private let norm: LayerNorm

    /// Builds it along `query`, `hidden`, `output` and `norm`.
    init(_ scope: ParameterScope, dimension: Int) throws(TorchError) {
        query = try Linear(scope / "query", from: dimension, to: dimension)
        hidden = try Linear(scope / "hidden", from: dimension, to: dimension)
        output = try Linear(scope / "output", from: dimension, to: dimension)
        norm = try LayerNorm(scope / "norm", width: dimension)
    }

    /// - Parameters:
    ///   - members: `[sets, members, D]`.
    ///   - summaries: `[sets, D]`.
    ///   - padding: bool `[sets, members]`, true where no member stands; nil where all are full.
    /// - Returns: `[sets, D]`, each of length one.
    func callAsFunction(
        _ members: Tensor, summaries: Tensor, padding: Tensor? = nil
    ) throws(TorchError) -> Tensor {
        let width = Double(summaries.shape[1])
        var logits = try members.matmul(query(summaries).unsqueezed(2)).squeezed(2) / width.squareRoot()
        if let padding { logits = try logits.filled(where: padding, with: -.infinity) }
        let pooled = try logits.softmax(1).unsqueezed(1).matmul(members).squeezed(1)
        return try norm(pooled + output(hidden(pooled).gelu())).to(.float32).normalized(1)
    }
}
