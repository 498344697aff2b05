import AsCLBase
import RetrievalModels
import Torch

extension Evaluator {
    /// Alignment and uniformity of the unconditioned embeddings (docs/method.md, Evaluation), the paper's figure 4.
    /// - Throws: `InputError` when the model is not AsCL: peers define no such embeddings.
    package func geometry() throws -> EmbeddingGeometry {
        let ascl = try model.ascl
        return try withoutGradients {
            var images: [Float] = []
            for start in stride(from: 0, to: split.imageCount, by: 128) {
                let part = try model.images(split, Array(start..<min(start + 128, split.imageCount)))
                images += try ascl.embeddings(ascl.project(part)).array()
            }
            var texts: [Float] = []
            try forEachTexts(by: 512) { texts += try ascl.embeddings(ascl.project($0)).array() }
            return try EmbeddingGeometry(
                images: images, texts: texts, dimension: ascl.configuration.jointDimension, truth: truth)
        }
    }
}
