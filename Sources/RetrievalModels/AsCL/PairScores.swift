package import Torch

/// Scores of every image against every text of a batch, each computed from that pair alone (docs/method.md, Score).
package struct PairScores: Sendable {
    /// S `[images, texts]`.
    package let similarity: Tensor
    /// S_local `[images, texts]`.
    package let local: Tensor
    /// S_global `[images, texts]`.
    package let global: Tensor

    init(local: Tensor, global: Tensor, localWeight: Double) throws(TorchError) {
        similarity = try local * localWeight + global * (1 - localWeight)
        self.local = local
        self.global = global
    }

    init(similarity: Tensor, local: Tensor, global: Tensor) {
        self.similarity = similarity
        self.local = local
        self.global = global
    }
}

/// Cosine along the last dimension, lengths kept away from zero.
func cosine(_ a: Tensor, _ b: Tensor) throws(TorchError) -> Tensor {
    try (a * b).sum(-1) / (a.norm(-1).clamped(min: 1e-8) * b.norm(-1).clamped(min: 1e-8))
}
