package import TextEncoding
package import Torch
package import TorchNN

/// Images and texts embedded apart and compared by cosine, in the manner of LightningDOT (Sun et al., NAACL 2021) and
/// COTS (Lu et al., CVPR 2022): no attention between the two, so that an embedding is made once and searched for.
///
/// It takes the features and words that all methods here take, not those papers' pre-trained Transformers, and no more than
/// few photos can teach: of an image's global feature phi and its regions r, and of a text's words b, each x brought to one
/// scale, x' = x / (2 rms(x)),
///
///     f = n( n(W_2 gelu(W_1 phi')) + n(W_r mean(r)') )     g = n( mean(W_b b') )     S = f . g
///
/// where n makes the length one; with a `Querybank`, S is normalised by it. Attention over the regions and the words instead
/// learns 6,000 photos by heart (docs/results.md).
package struct DualEncoder: PairScorer {
    let configuration: BaselineConfiguration
    private let hidden, output, region, words: Linear
    private(set) var querybank: Querybank?

    /// Its `BaselineConfiguration`.
    package var modelConfiguration: any ModelConfiguration { configuration }

    /// By cosines: a bank of what is learned from would tell right pairs from wrong ones.
    package var whileTraining: DualEncoder {
        var cosine = self
        cosine.querybank = nil
        return cosine
    }

    /// Builds it along `image.global.hidden`, `image.global.output`, `image.region`, `text.projection` and `querybank`.
    package init(_ scope: ParameterScope, _ configuration: BaselineConfiguration) throws(TorchError) {
        self.configuration = configuration
        let (image, width) = (scope / "image", configuration.jointDimension)
        hidden = try Linear(image / "global" / "hidden", from: configuration.globalDimension, to: width)
        output = try Linear(image / "global" / "output", from: width, to: width)
        region = try Linear(image / "region", from: configuration.regionDimension, to: width)
        words = try Linear(scope / "text" / "projection", from: configuration.textDimension, to: width)
        querybank = try configuration.querybank.map { bank throws(TorchError) in
            try Querybank(scope / "querybank", bank, dimension: width)
        }
    }

    /// Embeddings `[images, D]` of length one, from raw features `[images, regions, R]` and `[images, G]`.
    package func vectors(_ images: ImageBatch) throws(TorchError) -> Tensor {
        let regions = configuration.normalizeFeatures ? try images.regions.normalized(-1) : images.regions
        let whole = try output(hidden(Self.scaled(images.globals)).gelu()).to(.float32).normalized(-1)
        let parts = try region(Self.scaled(regions.mean(1))).to(.float32).normalized(-1)
        return try (whole + parts).normalized(-1)
    }

    /// Embeddings `[texts, D]` of length one, from raw words `[words, B]`.
    package func vectors(_ texts: TextBatch) throws(TorchError) -> Tensor { try vectors(projected: project(texts)) }

    private func vectors(projected texts: TextBatch) throws(TorchError) -> Tensor {
        try texts.means().to(.float32).normalized(-1)
    }

    /// Embeddings `[images, D]`; with a querybank `[images, D + 2]`.
    package func scorable(_ images: ImageBatch, in precision: Precision) throws(TorchError) -> Tensor {
        let vectors = try vectors(images)
        return try querybank?.normalized(images: vectors) ?? vectors
    }

    /// Raw words `[words, B]` to joint ones `[words, D]`.
    package func project(_ texts: TextBatch) throws(TorchError) -> TextBatch {
        try texts.replacingRows(words(Self.scaled(texts.rows)))
    }

    /// Embeddings `[texts, D]` from joint words `[words, D]`; with a querybank `[texts, D + 2]`.
    package func scorable(projected texts: TextBatch, in precision: Precision) throws(TorchError) -> Tensor {
        let vectors = try vectors(projected: texts)
        return try querybank?.normalized(texts: vectors) ?? vectors
    }

    /// S `[images, texts]`: the product of embeddings of images and texts.
    package func similarity(_ images: Tensor, _ texts: Tensor) throws(TorchError) -> Tensor {
        try images.matmul(texts.transposed()).to(.float32)
    }

    /// Embeddings one batch after the other.
    package static func joined(_ batches: [Tensor]) throws(TorchError) -> Tensor { try .concatenated(batches) }

    /// Vectors are small and a score is one product, so blocks are large.
    package func blockSize(
        images: Int, texts: Int, regions: Int, words: Int, on device: Device, in precision: Precision
    ) -> (images: Int, texts: Int) { (4096, 8192) }

    /// Rows of root mean square 1/2, whatever scale their encoder gave them: Adam's steps are of one size, so that a layer
    /// learns as fast as its inputs are large, and twice this much loses ten points of Rsum on Flickr8k.
    private static func scaled(_ rows: Tensor) throws(TorchError) -> Tensor {
        try rows.normalized(-1) * (Double(rows.shape[rows.shape.count - 1]).squareRoot() / 2)
    }
}
