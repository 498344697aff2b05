import Torch
import TorchNN

/// An image's side of a method of two streams: e_0 .. e_K through layers that normalise their inputs, as a ViT's do, and
/// a last normalisation. e_1 .. e_K are its regions as UNITER reads them, e_0 is learnt and stands for all of it.
struct ImageStream: Sendable {
    let regions: JointRegions
    /// `[H]`: e_0, and what is added to regions.
    private let start, kind: Tensor
    private let layers: Transformer
    private let norm: LayerNorm
    private let dropout: Double

    /// Builds it along `embeddings.*`, `encoder.layer.*` and `encoder.norm`.
    init(_ scope: ParameterScope, _ configuration: StreamConfiguration) throws(TorchError) {
        let (embeddings, width) = (scope / "embeddings", configuration.jointDimension)
        regions = try JointRegions(embeddings, configuration.shape)
        start = try embeddings.parameter("start", [width], .normal(0.02))
        kind = try embeddings.parameter("kind", [width], .normal(0.02))
        var shape = configuration.shape.transformer
        shape.norm = .before
        layers = try Transformer(scope / "encoder" / "layer", shape, names: .bert)
        norm = try LayerNorm(scope / "encoder" / "norm", width: width, epsilon: JointEncoder.epsilon)
        dropout = configuration.dropout
    }

    /// h `[images, 1 + K, H]` of v `[images, K, R]`.
    func states(_ features: Tensor, of images: ImageBatch, training: Bool) throws(TorchError) -> Tensor {
        let dropout = training ? dropout : 0
        let own = try regions(features, of: images, kind: kind, dropout: dropout)
        let first = try start.expanded([images.count, 1, start.count]).dropped(dropout)
        return try norm(
            layers(.concatenated([first, own], dimension: 1), training: training).to(.float32))
    }
}
