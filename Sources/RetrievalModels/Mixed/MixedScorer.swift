package import TextEncoding
package import Torch
import TorchNN

/// AsCL's score and the cosine of two vectors that are made apart, weighed by a learned number: S = S_AsCL + e^m cos. The
/// vectors are a pretrained pair's or the dual encoder's, which learns beside AsCL; what the first stage of a search knows by them
/// stays in the order that the second makes.
package struct MixedScorer<Pair: VectorScorer>: PairScorer where Pair.Images == Tensor, Pair.Texts == Tensor {
    private let configuration: MixedConfiguration
    let ascl: AsCLModel
    private(set) var pair: Pair
    /// m, 0 before training.
    private let weight: Tensor

    /// Its `MixedConfiguration`.
    package var modelConfiguration: any ModelConfiguration { configuration }

    /// Builds it along AsCL's names, `pair.*` and `mix`.
    init(
        _ scope: ParameterScope, _ configuration: MixedConfiguration,
        pair: (ParameterScope) throws(TorchError) -> Pair
    ) throws(TorchError) {
        self.configuration = configuration
        ascl = try AsCLModel(scope, configuration.ascl)
        self.pair = try pair(scope / "pair")
        weight = try scope.parameter("mix", [], .zeros)
    }

    /// With the pair as it is while it learns.
    package var whileTraining: MixedScorer {
        var training = self
        training.pair = pair.whileTraining
        return training
    }

    /// What AsCL needs of images, and the pair.
    package struct Images: Sendable {
        let ascl: AsCLModel.Images
        let pair: Tensor
    }

    /// What AsCL needs of texts, and the pair.
    package struct Texts: Sendable {
        let ascl: AsCLModel.Texts
        let pair: Tensor
    }

    package func scorable(_ images: ImageBatch, in precision: Precision) throws(TorchError) -> Images {
        try Images(ascl: ascl.scorable(images, in: precision), pair: pair.scorable(images, in: precision))
    }

    /// Raw words `[words, B]` to AsCL's joint ones and the pair's side by side, `[words, D + P]`.
    package func project(_ texts: TextBatch) throws(TorchError) -> TextBatch {
        let (own, other): (TextBatch, TextBatch) = (try ascl.project(texts), try pair.project(texts))
        return try texts.replacingRows(.concatenated([own.rows, other.rows], dimension: 1))
    }

    package func scorable(projected texts: TextBatch, in precision: Precision) throws(TorchError) -> Texts {
        let widths = [configuration.ascl.jointDimension, pair.vectorDimension]
        let parts = try texts.rows.split(widths, dimension: 1)
        return try Texts(
            ascl: ascl.scorable(projected: texts.replacingRows(parts[0].contiguous()), in: precision),
            pair: pair.scorable(projected: texts.replacingRows(parts[1].contiguous()), in: precision))
    }

    /// S `[images, texts]`.
    package func similarity(_ images: Images, _ texts: Texts) throws(TorchError) -> Tensor {
        try ascl.similarity(images.ascl, texts.ascl) + weight.exp() * pair.similarity(images.pair, texts.pair)
    }

    package static func joined(_ batches: [Images]) throws(TorchError) -> Images {
        try Images(ascl: AsCLModel.joined(batches.map(\.ascl)), pair: Pair.joined(batches.map(\.pair)))
    }

    package func blockSize(
        images: Int, texts: Int, regions: Int, words: Int, on device: Device, in precision: Precision
    ) -> (images: Int, texts: Int) {
        ascl.blockSize(images: images, texts: texts, regions: regions, words: words, on: device, in: precision)
    }

    package func scorableBytes(regions: Int, in precision: Precision) -> Int {
        ascl.scorableBytes(regions: regions, in: precision) + 4 * pair.vectorDimension
    }

    package func supports(_ precision: Precision, on device: Device) -> Bool { ascl.supports(precision, on: device) }
}

extension MixedScorer: VectorScorer {
    /// Values of the pair's vectors.
    package var vectorDimension: Int { pair.vectorDimension }

    /// Their cosine is a part of the score.
    package var scoresByVectors: Bool { false }

    /// The pair's.
    package func vectors(_ images: ImageBatch) throws(TorchError) -> Tensor { try pair.vectors(images) }

    /// The pair's.
    package func vectors(_ texts: TextBatch) throws(TorchError) -> Tensor { try pair.vectors(texts) }
}

/// What has AsCL in it, whatever stands beside.
protocol AsCLInside {
    var ascl: AsCLModel { get }
}

extension MixedScorer: AsCLInside {}

extension MixedScorer: QuerybankScorer {
    /// The pair's.
    var querybank: Querybank? { (pair as? any QuerybankScorer)?.querybank }
}
