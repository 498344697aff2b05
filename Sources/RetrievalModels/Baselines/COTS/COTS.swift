package import TextEncoding
package import Torch
package import TorchNN

/// COTS (Lu et al.: COTS: Collaborative Two-Stream Vision-Language Pre-Training Model for Cross-Modal Retrieval, CVPR 2022): a
/// stream of layers over words and one over regions, which meet in their vectors alone,
///
///     f^I = l2(P_I h^I_0) of [e_0; e_1 .. e_K],   f^T = l2(P_T h^T_0) of [t_1 .. t_L],   S = f^I . f^T
///
/// Its authors' program is not public; the parts are those that the paper names, in the form that docs/method.md writes down.
/// Both streams begin at random but for word vectors, which are the text encoder's.
package struct COTS: PairScorer {
    /// Its shape.
    package let configuration: StreamConfiguration
    let words: JointWords
    private let text: Transformer
    let image: ImageStream
    private let textProjection, imageProjection: Linear
    let guesses: COTSHeads
    let dictionary: RegionDictionary?
    private var isTraining = false

    /// Builds it along `text.*`, `image.*`, `heads.*` and, where it has one, `dictionary`.
    package init(_ scope: ParameterScope, _ configuration: StreamConfiguration) throws(TorchError) {
        self.configuration = configuration
        let (shape, width) = (configuration.shape, configuration.jointDimension)
        words = try JointWords(scope / "text" / "embeddings", shape)
        text = try Transformer(scope / "text" / "encoder" / "layer", shape.transformer, names: .bert)
        textProjection = try Linear(scope / "text" / "projection", from: width, to: width)
        image = try ImageStream(scope / "image", configuration)
        imageProjection = try Linear(scope / "image" / "projection", from: width, to: width)
        guesses = try COTSHeads(scope / "heads", configuration)
        dictionary = try configuration.dictionary(scope)
    }

    /// Its shape.
    package var modelConfiguration: any ModelConfiguration { configuration }

    /// The same with dropout.
    package var whileTraining: COTS {
        var other = self
        other.isTraining = true
        return other
    }

    /// Raw regions and boxes to f^I `[images, D]`.
    package func scorable(_ images: ImageBatch, in precision: Precision) throws(TorchError) -> Tensor {
        try imageProjection(imageStates(image.regions.features(images), of: images).selected(1, 0)).normalized(1)
    }

    /// Tokens `[words, 1]` to vectors `[words, H]`.
    package func project(_ texts: TextBatch) throws(TorchError) -> TextBatch {
        try texts.replacingRows(words.vectors(words.rows(texts.rows)))
    }

    /// Vectors `[words, H]` to f^T `[texts, D]`, texts of like length together.
    package func scorable(projected texts: TextBatch, in precision: Precision) throws(TorchError) -> Tensor {
        let groups = texts.groups(mostWords: 1 << 14)
        var vectors: [Tensor] = []
        for group in groups.places {
            let states = try textStates(texts.selecting(group))
            vectors.append(try textProjection(states.selected(1, 0)).to(.float32).normalized(1))
        }
        return try groups.restored(vectors)
    }

    /// h^I `[images, 1 + K, H]` of v `[images, K, R]`.
    func imageStates(_ features: Tensor, of images: ImageBatch) throws(TorchError) -> Tensor {
        try image.states(features, of: images, training: isTraining)
    }

    /// h^T `[texts, L, H]` of vectors, padding's too.
    func textStates(_ texts: TextBatch) throws(TorchError) -> Tensor {
        let padded = try words(texts, dropout: isTraining ? configuration.dropout : 0).padded()
        let mask = Set(texts.lengths).count > 1 ? AttentionMask.keys(try padded.isPadding.not()) : .none
        return try text(padded.rows, mask: mask, training: isTraining).to(.float32)
    }

    /// S `[images, texts]`.
    package func similarity(_ images: Tensor, _ texts: Tensor) throws(TorchError) -> Tensor {
        try images.matmul(texts.transposed()).to(.float32)
    }

    /// f^I one batch after the other.
    package static func joined(_ batches: [Tensor]) throws(TorchError) -> Tensor { try .concatenated(batches) }

    /// f^I in float32.
    package func scorableBytes(regions: Int, in precision: Precision) -> Int { 4 * configuration.jointDimension }
}

extension COTS: VectorScorer {
    /// D, which is H.
    package var vectorDimension: Int { configuration.jointDimension }
}

extension COTS: RegionGuesser {
    func looks(_ images: ImageBatch) throws(TorchError) -> Tensor { try image.regions.features(images) }
}
