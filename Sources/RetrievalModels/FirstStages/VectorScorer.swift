package import TextEncoding
package import Torch

/// A method that has one vector of length one an image and one a text, made apart, whose cosine is its score or near it:
/// what the nearest can be searched for by.
package protocol VectorScorer: PairScorer {
    /// Values of a vector.
    var vectorDimension: Int { get }
    /// Whether the cosine is the whole score; else pairs are to be scored.
    var scoresByVectors: Bool { get }

    /// `[images, vectorDimension]` of raw features.
    func vectors(_ images: ImageBatch) throws(TorchError) -> Tensor

    /// `[texts, vectorDimension]` of raw words.
    func vectors(_ texts: TextBatch) throws(TorchError) -> Tensor
}

extension VectorScorer where Images == Tensor, Texts == Tensor {
    /// It is.
    package var scoresByVectors: Bool { true }

    /// What is scored.
    package func vectors(_ images: ImageBatch) throws(TorchError) -> Tensor { try scorable(images, in: .fp32) }

    /// What is scored.
    package func vectors(_ texts: TextBatch) throws(TorchError) -> Tensor { try scorable(texts, in: .fp32) }
}

extension AsCLModel: VectorScorer {
    /// D.
    package var vectorDimension: Int { configuration.jointDimension }

    /// A score is made of what regions and words attend to.
    package var scoresByVectors: Bool { false }

    /// An image that has met no text: see `embeddings`.
    package func vectors(_ images: ImageBatch) throws(TorchError) -> Tensor {
        try embeddings(project(images), .uniform).to(.float32)
    }

    /// A text that has met no image.
    package func vectors(_ texts: TextBatch) throws(TorchError) -> Tensor {
        let projected: TextBatch = try project(texts)
        return try embeddings(projected, .uniform).to(.float32)
    }
}

extension VSE: VectorScorer {
    /// D.
    package var vectorDimension: Int { configuration.jointDimension }
}

extension DSRAN: VectorScorer {
    /// D.
    package var vectorDimension: Int { inputs.configuration.jointDimension }
}

extension DualEncoder: QuerybankScorer {
    /// D.
    package var vectorDimension: Int { configuration.jointDimension }

    /// Unless a querybank normalises it.
    package var scoresByVectors: Bool { querybank == nil }
}

extension ViSTA: VectorScorer {
    /// D.
    package var vectorDimension: Int { configuration.vectorDimension }

    /// It is.
    package var scoresByVectors: Bool { true }

    /// The vector that is compared: of a picture whose text nobody read, its own.
    package func vectors(_ images: ImageBatch) throws(TorchError) -> Tensor {
        try compared(scorable(images, in: .fp32))
    }

    /// What is scored.
    package func vectors(_ texts: TextBatch) throws(TorchError) -> Tensor { try scorable(texts, in: .fp32) }
}

extension LightningDOT: VectorScorer {
    /// D.
    package var vectorDimension: Int { configuration.jointDimension }

    /// Lengths count too.
    package var scoresByVectors: Bool { false }

    /// Directions of u.
    package func vectors(_ images: ImageBatch) throws(TorchError) -> Tensor {
        try scorable(images, in: .fp32).normalized(1)
    }

    /// Directions of t.
    package func vectors(_ texts: TextBatch) throws(TorchError) -> Tensor {
        try scorable(texts, in: .fp32).normalized(1)
    }
}

extension LexLIP: VectorScorer {
    /// A value a term, most of them zero.
    package var vectorDimension: Int { termCount }
}

extension LexiconEncoder: VectorScorer {
    /// A value a term, most of them zero.
    package var vectorDimension: Int { termCount }
}

extension PretrainedPair: VectorScorer {
    /// G.
    package var vectorDimension: Int { modelConfiguration.globalDimension }
}
