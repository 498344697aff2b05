package import TextEncoding
package import Torch
package import TorchNN

/// IMRAM (Chen, Ding, Liu, Lin, Liu and Han: IMRAM: Iterative Matching with Recurrent Attention Memory for Cross-Modal
/// Image-Text Retrieval, CVPR 2020): words and regions are aligned three times, each time with queries that remember
/// what they attended before.
///
/// Of unit regions v_i (i = 1...m) and unit words t_j (j = 1...n) the score is a sum over K = 3 steps, and for the
/// direction `both`, the full IMRAM, over directions:
///
///     F(I, T) = sum_k F_k(I, T),     F_k = 1/m sum_i cos(v_i, c_i)  +  1/n sum_j cos(t_j, c_j)
///
/// where a region's c_i is gathered from words, and a word's c_j from regions, by the queries of step k
/// (`IMRAMMatching`). It is the paper's sum, not a mean, so that a margin of 0.2 means what it means there: S lies in
/// [-3, 3], with both directions in [-6, 6].
///
/// The softmax's sharpness is 9 in both directions, which the authors' program knows no difference between (their script
/// for MSCOCO has 11).
package struct IMRAM: PairScorer {
    /// Its settings.
    package let configuration: BaselineConfiguration
    let region: FeatureProjection
    let words: WordProjection
    /// Words attend to regions; nil where only regions attend.
    let textToImage: IMRAMMatching?
    /// Regions attend to words; nil where only words attend.
    let imageToText: IMRAMMatching?

    /// Builds it along `image.region`, `text.*` and, as the direction asks, `text_to_image.*` and `image_to_text.*`.
    package init(_ scope: ParameterScope, _ configuration: BaselineConfiguration) throws(TorchError) {
        self.configuration = configuration
        let (direction, dimension) = (configuration.direction, configuration.jointDimension)
        region = try .regions(scope, configuration)
        words = try WordProjection(scope / "text", configuration)
        textToImage =
            direction == .imageToText
            ? nil : try IMRAMMatching(scope / "text_to_image", dimension: dimension)
        imageToText =
            direction == .textToImage
            ? nil : try IMRAMMatching(scope / "image_to_text", dimension: dimension)
    }

    /// Its settings.
    package var modelConfiguration: any ModelConfiguration { configuration }

    /// What scores need of images alone.
    package struct Images: Sendable {
        /// Unit regions, `[images, regions, D]`.
        let regions: Tensor
        /// What they give the memory as contexts of words and as queries, `[images, regions, 2 D]`, where asked for.
        let asContexts, asQueries: Tensor?
    }

    /// What scores need of texts alone.
    package struct Texts: Sendable {
        /// Unit words, `[words, D]`.
        let words: TextBatch
        /// What they give the memory as queries and as contexts of regions, `[words, 2 D]`, where asked for.
        let asQueries, asContexts: TextBatch?
    }

    /// Raw features to unit regions and their parts of the memory's layer.
    package func scorable(_ images: ImageBatch, in precision: Precision) throws(TorchError) -> Images {
        let regions = try region(images.regions).to(.float32).normalized(-1)
        return try Images(
            regions: regions, asContexts: textToImage?.asContexts(regions), asQueries: imageToText?.asQueries(regions))
    }

    /// Raw words `[words, B]` to joint ones `[words, D]`.
    package func project(_ texts: TextBatch) throws(TorchError) -> TextBatch { try words(texts) }

    /// Joint words to unit ones and their parts of the memory's layer.
    package func scorable(projected texts: TextBatch, in precision: Precision) throws(TorchError) -> Texts {
        let words = try texts.rows.to(.float32).normalized(-1)
        func batch(_ rows: Tensor?) throws(TorchError) -> TextBatch? {
            guard let rows else { return nil }
            return try texts.replacingRows(rows)
        }
        return try Texts(
            words: texts.replacingRows(words), asQueries: batch(textToImage?.asQueries(words)),
            asContexts: batch(imageToText?.asContexts(words)))
    }

    /// Images one batch after the other.
    package static func joined(_ batches: [Images]) throws(TorchError) -> Images {
        func joined(_ tensors: [Tensor]) throws(TorchError) -> Tensor? {
            tensors.isEmpty ? nil : try .concatenated(tensors)
        }
        return try Images(
            regions: .concatenated(batches.map(\.regions)), asContexts: joined(batches.compactMap(\.asContexts)),
            asQueries: joined(batches.compactMap(\.asQueries)))
    }

    /// As many images as there is room for in 1 GiB on the CPU, 8 GiB elsewhere.
    package func blockSize(
        images: Int, texts: Int, regions: Int, words: Int, on device: Device, in precision: Precision
    ) -> (images: Int, texts: Int) {
        let bytes = max(regions, 1) * 5 * configuration.jointDimension * MemoryLayout<Float>.stride
        let fitting = max((device == .cpu ? 1 << 30 : 1 << 33) / bytes, 64)
        return (min(fitting, max(images, 1)), device == .cpu ? 640 : 2560)
    }
}
