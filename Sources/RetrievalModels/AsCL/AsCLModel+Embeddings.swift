package import TextEncoding
package import Torch

extension AsCLModel {
    /// Unit vectors `[images, D]` of projected images that have met no text (docs/method.md, Evaluation): Fusion(X_v^T
    /// mean v, X_g^T g).
    package func embeddings(_ images: ImageBatch) throws(TorchError) -> Tensor {
        let own = try globalFusion.image(images.globals)
        guard attention != nil else { return try own.normalized(-1) }
        return try globalFusion(globalFusion.attendedImage(images.regions.mean(1)), own).normalized(-1)
    }

    /// Unit vectors `[texts, D]` of projected texts that have met no image: X_w^T mean w.
    package func embeddings(_ texts: TextBatch) throws(TorchError) -> Tensor {
        try globalFusion.text(texts.means()).normalized(-1)
    }
}
