package import Torch

/// What a method learns from, of a batch.
package struct LearningScores: Sendable {
    /// A part that learns apart: it has the loss for itself.
    package struct Part: Sendable {
        /// S `[images, texts]`.
        package let scores: Tensor
        /// What its loss weighs.
        package let weight: Double
        /// The pairs that take part, nil for all.
        package let pairs: [Int]?

        package init(scores: Tensor, weight: Double = 1, pairs: [Int]? = nil) {
            (self.scores, self.weight, self.pairs) = (scores, weight, pairs)
        }
    }

    /// One, or several where a method is made of parts that learn apart.
    package let parts: [Part]
    /// What the vectors cost a search that looks at few of them, a scalar; the configuration weighs it.
    package let sparsity: Tensor?
    /// A scalar that is added to the loss as it is, and what logs call it.
    package let regularization: (name: String, value: Tensor)?

    package init(parts: [Part]) { (self.parts, sparsity, regularization) = (parts, nil, nil) }

    package init(
        scores: [Tensor], sparsity: Tensor? = nil, regularization: (name: String, value: Tensor)? = nil
    ) {
        parts = scores.map { Part(scores: $0) }
        self.sparsity = sparsity
        self.regularization = regularization
    }

    /// S `[images, texts]` of each part.
    package var scores: [Tensor] { parts.map(\.scores) }
}
