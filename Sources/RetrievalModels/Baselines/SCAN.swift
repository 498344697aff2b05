package import TextEncoding
package import Torch
package import TorchNN

/// SCAN (Lee, Chen, Hua, Hu, He: "Stacked Cross Attention for Image-Text Matching", ECCV 2018).
///
/// Of unit regions v_i (i = 1...k) and unit words e_j (j = 1...n) and s_ij = v_i . e_j, section 3.1 says
///
///     image-text                                            text-image
///     t_ij = [s_ij]+ / sqrt(sum_i [s_ij]+^2)                t_ij = [s_ij]+ / sqrt(sum_j [s_ij]+^2)
///     a_ij = exp(l1 t_ij) / sum_j exp(l1 t_ij)              a_ij = exp(l1 t_ij) / sum_i exp(l1 t_ij)
///     a_i = sum_j a_ij e_j,   R_i = cos(v_i, a_i)           a_j = sum_i a_ij v_i,   R_j = cos(e_j, a_j)
///     S_LSE = log(sum_i exp(l2 R_i)) / l2                   S_LSE = log(sum_j exp(l2 R_j)) / l2
///     S_AVG = sum_i R_i / k                                 S_AVG = sum_j R_j / n
///
/// so in both directions the weights are normalised over the fragments that attend before they compete for the attended
/// ones. [x]+ is x above zero; below, the paper says zero, and the authors' program, which this follows, x / 10.
package struct SCAN: PairScorer {
    /// Inverse temperatures of one direction: l1 of the attention, l2 of LogSumExp (the paper's, section 4).
    struct Sharpness: Sendable {
        let attention, pooling: Double

        static let imageToText = Sharpness(attention: 4, pooling: 5)
        static let textToImage = Sharpness(attention: 9, pooling: 6)
    }

    /// The slope of [x]+ below zero.
    static let slope = 0.1

    /// Its settings.
    package let configuration: BaselineConfiguration
    let region: FeatureProjection
    let words: WordProjection

    /// Builds it along `image.region` and `text.*`.
    package init(_ scope: ParameterScope, _ configuration: BaselineConfiguration) throws(TorchError) {
        self.configuration = configuration
        region = try .regions(scope, configuration)
        words = try WordProjection(scope / "text", configuration)
    }

    /// Its settings.
    package var modelConfiguration: any ModelConfiguration { configuration }

    /// What scores need of images alone.
    package struct Images: Sendable {
        /// Unit regions, `[images, regions, D]`.
        let regions: Tensor
        /// Their cosines with each other, `[images, regions, regions]`.
        let gram: Tensor
    }

    /// What scores need of texts alone.
    package struct Texts: Sendable {
        /// Texts of like length.
        let groups: TextGroups
        /// Of each group unit words, padded, and their cosines with each other, `[texts, words, words]`.
        let padded: [PaddedTexts], grams: [Tensor]
    }

    /// Raw features `[images, regions, R]`, ready to be scored; global ones are not looked at.
    package func scorable(_ images: ImageBatch, in precision: Precision) throws(TorchError) -> Images {
        let regions = try region(images.regions).to(.float32).normalized(-1)
        return try Images(regions: regions, gram: regions.matmul(regions.transposed()).to(.float32))
    }

    /// Raw words `[words, B]`, or tokens `[words, 1]`, to `[words, D]`.
    package func project(_ texts: TextBatch) throws(TorchError) -> TextBatch { try words(texts) }

    /// Joint words `[words, D]`, ready to be scored, in groups of like length since padding costs as much as words.
    package func scorable(projected texts: TextBatch, in precision: Precision) throws(TorchError) -> Texts {
        let units = try texts.replacingRows(texts.rows.to(.float32).normalized(-1))
        let device = texts.rows.device
        let groups = texts.groups(mostWords: device == .cpu ? 1 << 10 : 1 << 14)
        let padded = try groups.places.map { (texts) throws(TorchError) in try units.selecting(texts).padded() }
        let grams = try padded.map { (texts) throws(TorchError) in
            try texts.rows.matmul(texts.rows.transposed()).to(.float32)
        }
        return Texts(groups: groups, padded: padded, grams: grams)
    }

    /// Images one batch after the other.
    package static func joined(_ batches: [Images]) throws(TorchError) -> Images {
        try Images(regions: .concatenated(batches.map(\.regions)), gram: .concatenated(batches.map(\.gram)))
    }
}
