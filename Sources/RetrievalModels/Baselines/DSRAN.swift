package import TextEncoding
package import Torch
package import TorchNN

/// DSRAN (Wen, Gu and Cheng: Learning Dual Semantic Relations with Graph Attention for Image-Text Matching, IEEE TCSVT
/// 2021): one vector an image, one a text, S their cosine.
///
/// With GAT a graph-attention layer over a complete graph (`DSRANGraphAttention`) and K = 2, the authors' choice for
/// Flickr30K:
///
///     R = GAT_r(regions),  P = GAT_p(global nodes)         separate semantic relations
///     J_q = mean of the nodes of GAT_q([P; R]), q = 1, 2   joint semantic relations
///     image = unit(fusion(J_1, J_2))                       gated (`DSRANFusion`)
///     text = unit(mean of the words of GAT_t(words))
///
/// Nodes begin as the authors' do: over the text encoder's words everything passes a linear layer and a ReLU (their
/// model on BERT, which has two such layers for regions where this has one); with GRU words, images pass a linear layer
/// and words are L2-normalised (their model on a GRU, which reads onward only where this reads both ways).
///
/// Where our data and protocol force a change:
/// - The paper's global nodes are the 49 pixels of a ResNet's last map; our data has their pooled vector, so P is one
///   node, which attends to itself alone: GAT_p's query and key learn nothing.
/// - Our data has no boxes nor class scores, which their model on BERT adds to regions.
/// - No dropout, and a word that is padding is no node.
///
/// Batch normalisation makes vectors depend on the batch in training. At evaluation its running statistics serve, which
/// are the model's, and a vector is its item's own.
package struct DSRAN: PairScorer {
    let inputs: BaselineInputs
    let regionRelations, globalRelations, wordRelations: DSRANGraphAttention
    /// GAT_1, ..., GAT_K.
    let jointRelations: [DSRANGraphAttention]
    let fusion: DSRANFusion
    private var isTraining = false

    /// Builds the projections, `image.region_relations`, `image.global_relations`, `image.joint_relations.*`,
    /// `image.fusion` and `text.word_relations`.
    /// - Throws: `TorchError` when the heads do not divide D.
    package init(_ scope: ParameterScope, _ configuration: BaselineConfiguration) throws(TorchError) {
        let dimension = configuration.jointDimension
        let (image, text) = (scope / "image", scope / "text")
        inputs = try BaselineInputs(scope, configuration)
        regionRelations = try DSRANGraphAttention(image / "region_relations", dimension: dimension)
        globalRelations = try DSRANGraphAttention(image / "global_relations", dimension: dimension)
        jointRelations = try ["0", "1"].map { (name) throws(TorchError) in
            try DSRANGraphAttention(image / "joint_relations" / name, dimension: dimension)
        }
        fusion = try DSRANFusion(image / "fusion", dimension: dimension)
        wordRelations = try DSRANGraphAttention(text / "word_relations", dimension: dimension)
    }

    /// Its settings.
    package var modelConfiguration: any ModelConfiguration { inputs.configuration }

    /// The same with batches' own statistics.
    package var whileTraining: DSRAN {
        var other = self
        other.isTraining = true
        return other
    }

    /// `[images, D]`, of length one.
    package func scorable(_ images: ImageBatch, in precision: Precision) throws(TorchError) -> Tensor {
        let joint = try inputs.project(images)
        let isGRU = inputs.configuration.words == .gru
        let (regions, globals) =
            isGRU ? (joint.regions, joint.globals) : try (joint.regions.relu(), joint.globals.relu())
        let nodes = try Tensor.concatenated(
            [
                globalRelations(globals.unsqueezed(1), isTraining: isTraining),
                regionRelations(regions, isTraining: isTraining),
            ], dimension: 1)
        let levels = try jointRelations.map { (relations) throws(TorchError) in
            try relations(nodes, isTraining: isTraining).mean(1)
        }
        return try fusion(levels[0], levels[1]).to(.float32).normalized(-1)
    }

    /// Raw words `[words, B]` to joint ones `[words, D]`.
    package func project(_ texts: TextBatch) throws(TorchError) -> TextBatch { try inputs.project(texts) }

    /// `[texts, D]`, of length one.
    package func scorable(projected texts: TextBatch, in precision: Precision) throws(TorchError) -> Tensor {
        let words = try inputs.configuration.words == .gru ? texts.rows.to(.float32).normalized(-1) : texts.rows.relu()
        return try wordRelations(texts.replacingRows(words), isTraining: isTraining).means().normalized(-1)
    }

    /// Cosines `[images, texts]`.
    package func similarity(_ images: Tensor, _ texts: Tensor) throws(TorchError) -> Tensor {
        try images.matmul(texts.transposed())
    }

    /// Images one batch after the other.
    package static func joined(_ batches: [Tensor]) throws(TorchError) -> Tensor { try .concatenated(batches) }

    /// A vector an item is little: all images at once where their scores fit, so that a text is embedded once.
    package func blockSize(
        images: Int, texts: Int, regions: Int, words: Int, on device: Device, in precision: Precision
    ) -> (images: Int, texts: Int) {
        (min(max(images, 1), 8192), 640)
    }
}
