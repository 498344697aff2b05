package import TextEncoding
package import Torch
package import TorchNN

/// Images and texts embedded apart and compared by cosine, in the manner of LightningDOT (Sun et al., NAACL 2021) and
/// COTS (Lu et al., CVPR 2022): no attention between the two, so that an embedding is made once and searched for.
///
/// It takes the features and words that all methods here take, not those papers' pre-trained Transformers.
package struct DualEncoder: PairScorer {
    let inputs: BaselineInputs
    private let image, text: SetPooling

    /// Its `BaselineConfiguration`.
    package var modelConfiguration: any ModelConfiguration { inputs.configuration }

    /// Builds it along `image.*` and `text.*`; the heads lie at `image.pooling` and `text.pooling`.
    package init(_ scope: ParameterScope, _ configuration: BaselineConfiguration) throws(TorchError) {
        inputs = try BaselineInputs(scope, configuration)
        image = try SetPooling(scope / "image" / "pooling", dimension: configuration.jointDimension)
        text = try SetPooling(scope / "text" / "pooling", dimension: configuration.jointDimension)
    }

    /// Embeddings `[images, D]` of length one, from raw features `[images, regions, R]` and `[images, G]`: the global
    /// vector is one member more beside the regions, and says what to look for among them.
    package func scorable(_ images: ImageBatch, in precision: Precision) throws(TorchError) -> Tensor {
        let joint = try inputs.project(images)
        let members = try Tensor.concatenated([joint.regions, joint.globals.unsqueezed(1)], dimension: 1)
        return try image(members, summaries: joint.globals)
    }

    /// Raw words `[words, B]` (or tokens `[words, 1]`) to joint ones `[words, D]`.
    package func project(_ texts: TextBatch) throws(TorchError) -> TextBatch { try inputs.project(texts) }

    /// Embeddings `[texts, D]` of length one, from joint words `[words, D]`: the first of a text, `[CLS]`, says what to
    /// look for among them.
    package func scorable(projected texts: TextBatch, in precision: Precision) throws(TorchError) -> Tensor {
        let first = try Tensor(Array(texts.offsets.dropLast()), shape: [texts.lengths.count])
        let summaries = try texts.rows.indexSelect(first.to(device: texts.rows.device))
        let members = try texts.padded()
        return try text(members.rows, summaries: summaries, padding: members.isPadding)
    }

    /// S `[images, texts]`: the cosine, of embeddings of images and texts.
    package func similarity(_ images: Tensor, _ texts: Tensor) throws(TorchError) -> Tensor {
        try images.matmul(texts.transposed()).to(.float32)
    }

    /// Embeddings one batch after the other.
    package static func joined(_ batches: [Tensor]) throws(TorchError) -> Tensor { try .concatenated(batches) }
}
