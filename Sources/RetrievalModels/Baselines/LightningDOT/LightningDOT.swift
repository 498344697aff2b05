package import TextEncoding
package import Torch
package import TorchNN

/// LightningDOT (Sun et al.: LightningDOT: Pre-training Visual-Semantic Embeddings for Real-Time Image-Text Retrieval, NAACL
/// 2021), without a re-ranker: a tower over words and one over regions, and a score that needs only a vector of each,
///
///     u = g_I(h^I_0) of [e_0; e_1 .. e_K],   t = g_T(h^T_0) of [t_1 .. t_L],   S = s u . t
///
/// u and t keep their lengths. s is learnt, 1 at first: at a desk's width the bare product has another scale than at the paper's.
/// Beside telling the pairs of a batch apart, each tower guesses what is masked on its side with the help of the other's
/// first state, which is how the two come to speak of the same.
///
/// Where our protocol or a desk's data forces a change:
/// - Both towers begin at random but for word vectors, which are the text encoder's; the authors' begin as UNITER and BERT.
/// - e_0 is a learnt vector, where the authors read the token [CLS].
/// - Masked words are guessed by the text tower's table; the authors' program takes the image tower's.
package struct LightningDOT: PairScorer {
    /// Its shape.
    package let configuration: JointConfiguration
    let words: JointWords
    let regions: JointRegions
    private let text, image: JointTower
    /// `[H]`: e_0, before it is normalised, and what is added to regions.
    private let start, kind: Tensor
    private let startNorm: LayerNorm
    private let scale: Tensor
    let guesses: GuessHeads
    let dictionary: RegionDictionary?
    private var isTraining = false

    /// Builds it along `text.*`, `image.*`, `scale`, `heads.*` and, where it has one, `dictionary`.
    package init(_ scope: ParameterScope, _ configuration: JointConfiguration) throws(TorchError) {
        self.configuration = configuration
        let width = configuration.jointDimension
        words = try JointWords(scope / "text" / "embeddings", configuration.shape)
        text = try JointTower(scope / "text", configuration)
        let embeddings = scope / "image" / "embeddings"
        regions = try JointRegions(embeddings, configuration.shape)
        start = try embeddings.parameter("start", [width], .normal(0.02))
        startNorm = try LayerNorm(embeddings / "start_norm", width: width, epsilon: JointEncoder.epsilon)
        kind = try embeddings.parameter("kind", [width], .normal(0.02))
        image = try JointTower(scope / "image", configuration)
        scale = try scope.parameter("scale", [], .ones)
        guesses = try GuessHeads(scope / "heads", configuration)
        dictionary = try configuration.dictionary(scope)
    }

    /// Its shape.
    package var modelConfiguration: any ModelConfiguration { configuration }

    /// The same with dropout.
    package var whileTraining: LightningDOT {
        var other = self
        other.isTraining = true
        return other
    }

    private var dropout: Double { isTraining ? configuration.dropout : 0 }

    /// Raw regions and boxes to u `[images, D]`.
    package func scorable(_ images: ImageBatch, in precision: Precision) throws(TorchError) -> Tensor {
        try imageVectors(imageStates(regions.features(images), of: images))
    }

    /// Tokens `[words, 1]` to vectors `[words, H]`.
    package func project(_ texts: TextBatch) throws(TorchError) -> TextBatch {
        try texts.replacingRows(words.vectors(words.rows(texts.rows)))
    }

    /// Vectors `[words, H]` to t `[texts, D]`, texts of like length together.
    package func scorable(projected texts: TextBatch, in precision: Precision) throws(TorchError) -> Tensor {
        let groups = texts.groups(mostWords: 1 << 14)
        var vectors: [Tensor] = []
        for group in groups.places { vectors.append(try textVectors(textStates(texts.selecting(group)))) }
        return try groups.restored(vectors)
    }

    /// h^I `[images, 1 + K, H]` of v `[images, K, R]`.
    func imageStates(_ features: Tensor, of images: ImageBatch) throws(TorchError) -> Tensor {
        let own = try regions(features, of: images, kind: kind, dropout: dropout)
        let first = try startNorm(start).expanded([images.count, 1, configuration.jointDimension]).dropped(dropout)
        return try image.states(.concatenated([first, own], dimension: 1), training: isTraining)
    }

    /// h^T `[texts, L, H]` of vectors, padding's too.
    func textStates(_ texts: TextBatch) throws(TorchError) -> Tensor {
        let padded = try words(texts, dropout: dropout).padded()
        let mask = Set(texts.lengths).count > 1 ? AttentionMask.keys(try padded.isPadding.not()) : .none
        return try text.states(padded.rows, mask: mask, training: isTraining)
    }

    /// u of h^I.
    func imageVectors(_ states: Tensor) throws(TorchError) -> Tensor { try image.vectors(first: states.selected(1, 0)) }

    /// t of h^T.
    func textVectors(_ states: Tensor) throws(TorchError) -> Tensor { try text.vectors(first: states.selected(1, 0)) }

    /// S `[images, texts]`.
    package func similarity(_ images: Tensor, _ texts: Tensor) throws(TorchError) -> Tensor {
        try images.matmul(texts.transposed()).to(.float32) * scale
    }

    /// u one batch after the other.
    package static func joined(_ batches: [Tensor]) throws(TorchError) -> Tensor { try .concatenated(batches) }

    /// u in float32.
    package func scorableBytes(regions: Int, in precision: Precision) -> Int { 4 * configuration.jointDimension }
}
