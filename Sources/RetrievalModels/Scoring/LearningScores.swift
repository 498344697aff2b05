package import Torch

/// What a method learns from, of a batch.
package struct LearningScores: Sendable {
    /// S `[images, texts]`. Several where a method is made of parts that learn apart: each has the loss for itself.
    package let scores: [Tensor]
    /// What the vectors cost a search that looks at few of them, a scalar; the configuration weighs it.
    package let sparsity: Tensor?
    /// A scalar that is added to the loss as it is, and what logs call it.
    package let regularization: (name: String, value: Tensor)?

    package init(
        scores: [Tensor], sparsity: Tensor? = nil, regularization: (name: String, value: Tensor)? = nil
    ) {
        (self.scores, self.sparsity, self.regularization) = (scores, sparsity, regularization)
    }
}
