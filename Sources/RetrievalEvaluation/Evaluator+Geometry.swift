import AsCLBase
package import RetrievalModels
import Torch

extension Evaluator {
    /// Alignment and uniformity of embeddings that have met no partner (docs/method.md, Evaluation), the paper's figure 4.
    /// - Throws: `InputError` when the model is not AsCL: baselines define no such embeddings.
    package func geometry(_ partner: UnmetPartner) throws -> EmbeddingGeometry {
        let ascl = try model.ascl
        return try withoutGradients {
            var images: [Float] = []
            for start in stride(from: 0, to: split.imageCount, by: 128) {
                let part = try model.images(split, Array(start..<min(start + 128, split.imageCount)))
                images += try ascl.embeddings(ascl.project(part), partner).array()
            }
            var texts: [Float] = []
            try forEachTexts(by: 512) { texts += try ascl.embeddings(ascl.project($0), partner).array() }
            return try EmbeddingGeometry(
                images: images, texts: texts, dimension: ascl.configuration.jointDimension, truth: truth)
        }
    }
}
