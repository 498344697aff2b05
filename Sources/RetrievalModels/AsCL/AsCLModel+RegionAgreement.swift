package import TextEncoding
package import Torch

extension AsCLModel {
    /// How well each region agrees with a text, `[images, regions]` in [-1, 1]: R(v_i, w*_i), the cosine of region i
    /// with what it attended to among the words (docs/method.md, Score). Half its mean over the regions is the first
    /// half of S_local. Nil where the model has no attention.
    /// - Parameters:
    ///   - images: Projected, `[images, regions, D]`.
    ///   - text: Projected, `[words, D]`: the rows of one text.
    package func regionAgreement(_ images: ImageBatch, _ text: TextBatch) throws(TorchError) -> Tensor? {
        guard let attention else { return nil }
        guard text.lengths.count == 1 else {
            throw TorchError(operation: "regionAgreement", reason: "expected one text, found \(text.lengths.count)")
        }
        // What a region attends to depends on it and the words alone, so the regions of all images may ask at once.
        let shape = images.regions.shape
        let regions = try images.regions.reshaped([shape[0] * shape[1], shape[2]])
        let attended = try plainAttention(attention.imageToText, from: regions, to: text.rows)
        return try cosine(regions, attended).reshaped([shape[0], shape[1]])
    }
}
