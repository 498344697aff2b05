public import TextEncoding
public import Torch

/// Projected images with what scoring needs of them alone, made once however many texts they meet.
public struct ScorableImages: Sendable {
    let images: ImageBatch
    let fused: FusedImages?
}

/// Projected texts with what scoring needs of them alone, made once however many images they meet.
public struct ScorableTexts: Sendable {
    let texts: TextBatch
    let fused: FusedTexts?
}

extension AsCL {
    /// Raw features `[images, regions, R]` and `[images, G]`, ready to be scored.
    public func scorable(_ images: ImageBatch) throws(TorchError) -> ScorableImages {
        try scorable(projected: project(images))
    }

    /// Projected features `[images, regions, D]` and `[images, D]`, ready to be scored.
    public func scorable(projected images: ImageBatch) throws(TorchError) -> ScorableImages {
        try ScorableImages(images: images, fused: fusedTables(images))
    }

    /// The text encoder's word vectors `[words, B]`, ready to be scored.
    public func scorable(_ texts: TextBatch) throws(TorchError) -> ScorableTexts {
        try scorable(projected: project(texts))
    }

    /// Projected word vectors `[words, D]`, ready to be scored.
    public func scorable(projected texts: TextBatch) throws(TorchError) -> ScorableTexts {
        try ScorableTexts(texts: texts, fused: fusedTables(texts))
    }

    /// S `[images, texts]`: every pair from that pair alone, by the fastest form that fits - the fused kernel for
    /// float32 on the CPU, operators elsewhere (other devices and precisions, gated fusion). The forms agree to rounding.
    public func similarity(_ images: ScorableImages, _ texts: ScorableTexts) throws(TorchError) -> Tensor {
        if let images = images.fused, let texts = texts.fused { return try fusedSimilarity(images, texts) }
        return try algebraScores(images.images, texts.texts).similarity
    }
}
