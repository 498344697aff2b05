package import TextEncoding
package import Torch
package import TorchNN

/// VSE++ (Faghri, Fleet, Kiros, Fidler: "VSE++: Improving Visual-Semantic Embeddings with Hard Negatives", BMVC 2018),
/// one vector an image and one a text (its equations 1 to 3):
///
///     f(i) = W_f phi(i) / |W_f phi(i)|     g(c) = W_g psi(c) / |W_g psi(c)|     s(i, c) = f(i) . g(c)
///
/// phi(i) is the image's global feature. psi(c) is the last state of a GRU over word embeddings, as in the paper, or the mean
/// of the text encoder's vectors, which know their neighbours already; the GRU's own states need no further projection.
package struct VSE: PairScorer {
    /// Its settings.
    package let configuration: BaselineConfiguration
    let global: FeatureProjection
    let words: WordProjection

    /// Builds it along `image.global` and `text.*`.
    package init(_ scope: ParameterScope, _ configuration: BaselineConfiguration) throws(TorchError) {
        self.configuration = configuration
        global = try .globals(scope, configuration)
        words = try WordProjection(scope / "text", configuration)
    }

    /// Its settings.
    package var modelConfiguration: any ModelConfiguration { configuration }

    /// f, `[images, D]`.
    package func scorable(_ images: ImageBatch, in precision: Precision) throws(TorchError) -> Tensor {
        try global(images.globals).to(.float32).normalized(-1)
    }

    /// Raw words `[words, B]`, or tokens `[words, 1]`, to `[words, D]`.
    package func project(_ texts: TextBatch) throws(TorchError) -> TextBatch { try words(texts) }

    /// g, `[texts, D]`.
    package func scorable(projected texts: TextBatch, in precision: Precision) throws(TorchError) -> Tensor {
        let pooled =
            switch configuration.words {
            case .encoder: try texts.means()
            case .gru: try Self.lastRows(texts)
            }
        return try pooled.to(.float32).normalized(-1)
    }

    /// S `[images, texts]`: cosines.
    package func similarity(_ images: Tensor, _ texts: Tensor) throws(TorchError) -> Tensor {
        try images.matmul(texts.transposed())
    }

    /// Images one batch after the other.
    package static func joined(_ batches: [Tensor]) throws(TorchError) -> Tensor { try .concatenated(batches) }

    /// Vectors are small and a score is one product, so blocks are large.
    package func blockSize(
        images: Int, texts: Int, regions: Int, words: Int, on device: Device, in precision: Precision
    ) -> (images: Int, texts: Int) { (4096, 8192) }

    private static func lastRows(_ texts: TextBatch) throws(TorchError) -> Tensor {
        let last = texts.offsets.dropFirst().map { $0 - 1 }
        return try texts.rows.indexSelect(Tensor(last, shape: [last.count]).to(device: texts.rows.device))
    }
}
