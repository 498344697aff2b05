package import TextEncoding
package import Torch

/// What stands for the attended vectors in an embedding that has met no partner (docs/method.md, Evaluation).
package enum UnmetPartner: Sendable, CaseIterable {
    /// Attention to all rows alike, through Z^Y and Z^O as the attended vectors go that training compares.
    case uniform
    /// The item's own rows as they are, in a space in which training compares nothing.
    case absent
}

extension AsCLModel {
    /// Unit vectors `[images, D]` of projected images that have met no text: Fusion(X_v^T u, X_g^T g), where u is
    /// Z^O Z^Y mean v by the text-to-image parameters, or mean v.
    package func embeddings(_ images: ImageBatch, _ partner: UnmetPartner) throws(TorchError) -> Tensor {
        let own = try globalFusion.image(images.globals)
        guard let attention else { return try own.normalized(-1) }
        let mean = try images.regions.mean(1)
        let attended = partner == .uniform ? try attention.textToImage.uniform(mean) : mean
        return try globalFusion(globalFusion.attendedImage(attended), own).normalized(-1)
    }

    /// Unit vectors `[texts, D]` of projected texts that have met no image: X_w^T u, where u is Z^O Z^Y mean w by the
    /// image-to-text parameters, or mean w.
    package func embeddings(_ texts: TextBatch, _ partner: UnmetPartner) throws(TorchError) -> Tensor {
        let mean = try texts.means()
        guard let attention, partner == .uniform else { return try globalFusion.text(mean).normalized(-1) }
        return try globalFusion.text(attention.imageToText.uniform(mean)).normalized(-1)
    }
}

extension CrossAttention {
    /// What every query gets whose weights are all alike, from the mean of the targets: the maps are linear.
    fileprivate func uniform(_ mean: Tensor) throws(TorchError) -> Tensor { try output(keyValue(mean)) }
}
