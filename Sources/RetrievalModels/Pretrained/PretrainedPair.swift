package import TextEncoding
package import Torch
package import TorchNN

/// A CLIP (Radford et al. 2021) or a SigLIP (Zhai et al. 2023) by itself: the cosine of a picture's vector, which is its
/// global feature, and a text's, the projected state of its last token.
package struct PretrainedPair: PairScorer {
    private let configuration: PretrainedConfiguration
    private let projection: Linear

    /// Its `PretrainedConfiguration`.
    package var modelConfiguration: any ModelConfiguration { configuration }

    /// Builds it along `text.projection`.
    package init(_ scope: ParameterScope, _ configuration: PretrainedConfiguration) throws(TorchError) {
        self.configuration = configuration
        projection = try Linear(
            scope / "text" / "projection", from: configuration.textDimension, to: configuration.globalDimension,
            bias: configuration.method == .siglip)
    }

    /// `[images, G]` of length one, from the global features.
    package func scorable(_ images: ImageBatch, in precision: Precision) throws(TorchError) -> Tensor {
        try images.globals.normalized(-1)
    }

    /// States `[words, B]` in the common space `[words, G]`.
    package func project(_ texts: TextBatch) throws(TorchError) -> TextBatch {
        try texts.replacingRows(projection(texts.rows))
    }

    /// `[texts, G]` of length one: each text's last token.
    package func scorable(projected texts: TextBatch, in precision: Precision) throws(TorchError) -> Tensor {
        let last = texts.offsets.dropFirst().map { $0 - 1 }
        return try texts.rows.indexSelect(Tensor(last, shape: [last.count]).to(device: texts.rows.device))
            .normalized(-1)
    }

    /// S `[images, texts]`: the cosine.
    package func similarity(_ images: Tensor, _ texts: Tensor) throws(TorchError) -> Tensor {
        try images.matmul(texts.transposed()).to(.float32)
    }

    /// Vectors one batch after the other.
    package static func joined(_ batches: [Tensor]) throws(TorchError) -> Tensor { try .concatenated(batches) }
}
