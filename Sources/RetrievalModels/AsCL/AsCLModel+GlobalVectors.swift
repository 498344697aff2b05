package import AsCLBase
package import TextEncoding
package import Torch

extension AsCLModel {
    /// V_g and W_g `[pairs, D]` of chosen pairs, image p with text p (equation 2).
    ///
    /// Both depend on the pair, so a vector is good for its own pair's score alone. This serves to show what becomes of an
    /// evaluation that keeps them.
    /// - Parameters:
    ///   - images: Projected, `[pairs, regions, D]`.
    ///   - texts: Projected, `[words, D]`, as many texts as images.
    package func globalVectors(
        ofPairs images: ImageBatch, _ texts: TextBatch
    ) throws(TorchError) -> (images: Tensor, texts: Tensor) {
        guard images.count == texts.lengths.count else {
            throw TorchError(
                operation: "globalVectors", reason: "expected \(images.count) texts, found \(texts.lengths.count)")
        }
        let starts = texts.offsets
        var imageVectors: [Tensor] = []
        var textVectors: [Tensor] = []
        for pair in 0..<images.count {
            let vectors = try plainGlobalVectors(
                images.regions.selected(0, pair), images.globals.selected(0, pair),
                texts.rows.sliced(0, starts[pair]..<starts[pair + 1]))
            imageVectors.append(vectors.image)
            textVectors.append(vectors.text)
        }
        return (try .stacked(imageVectors), try .stacked(textVectors))
    }

    /// The same parameters with another weight of the local score: 0 leaves S_global alone.
    package func weighingLocal(_ weight: Double) throws(InputError) -> AsCLModel {
        try AsCLModel(
            configuration: AsCLConfiguration(
                jointDimension: configuration.jointDimension, heads: configuration.heads,
                regionDimension: configuration.regionDimension, globalDimension: configuration.globalDimension,
                textDimension: configuration.textDimension, localWeight: weight, fusion: configuration.fusion,
                normalizeFeatures: configuration.normalizeFeatures, maxTokens: configuration.maxTokens),
            regionProjection: regionProjection, globalProjection: globalProjection, wordProjection: wordProjection,
            attention: attention, globalFusion: globalFusion)
    }
}
