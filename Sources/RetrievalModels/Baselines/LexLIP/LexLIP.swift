package import TextEncoding
package import Torch
package import TorchNN

/// LexLIP (Luo et al.: LexLIP: Lexicon-Bottlenecked Language-Image Pre-Training for Large-Scale Image-Text Sparse Retrieval,
/// ICCV 2023): images and texts as weights of the vocabulary's terms, by heads that guess words,
///
///     a = log(1 + relu(max_j z_j)),   x = a / |a|,   S = x^I . x^T
///
/// over all places j of a side, z being the logits of a word there. A text's head guesses masked words; an image's begins as
/// its copy, so that an image says in words what is in it.
///
/// Where our protocol or a desk's data forces a change:
/// - The text's stream begins as the text encoder, whose lower layers stay as they are. Its head, which such encoders
///   come without, is learnt first, for itself; then the image's head becomes its copy.
/// - Terms are the tokens of the training captions.
/// - The image's stream begins at random, on the features that all methods here read.
package struct LexLIP: PairScorer {
    /// Its shape.
    package let configuration: StreamConfiguration
    let words: JointWords
    /// Layers that stay as they are, and those that are trained.
    private let lower, upper: Transformer
    let image: ImageStream
    let textHead, imageHead: TermHead
    let decoder: Transformer
    /// Rows of tokens that go on with the word before them.
    let pieces: Set<Int>
    private(set) var isTraining = false

    /// Builds it along `text.*`, `image.*` and `decoder.layer.*`; the heads lie at `text.head` and `image.head`.
    package init(_ scope: ParameterScope, _ configuration: StreamConfiguration) throws(TorchError) {
        guard let shape = configuration.text else {
            throw TorchError(operation: "LexLIP", reason: "expected the text encoder's layers")
        }
        self.configuration = configuration
        let (text, width) = (scope / "text", configuration.jointDimension)
        let fixed = shape.layers - shape.trainedLayers
        words = try JointWords(text / "embeddings", configuration.shape)
        lower = try Transformer(
            text / "encoder" / "layer", shape.transformer(width: width, layers: fixed, dropout: 0), names: .bert)
        upper = try Transformer(
            text / "encoder" / "layer",
            shape.transformer(width: width, layers: shape.trainedLayers, dropout: configuration.dropout), names: .bert,
            from: fixed)
        textHead = try TermHead(text / "head", configuration)
        image = try ImageStream(scope / "image", configuration)
        imageHead = try TermHead(scope / "image" / "head", configuration, ownsTable: true)
        decoder = try Transformer(
            scope / "decoder" / "layer",
            shape.transformer(width: width, layers: Self.decoderLayers, dropout: configuration.dropout), names: .bert)
        let rows = configuration.vocabulary.rows
        pieces = Set(shape.pieces.map { rows[$0] })
    }

    /// Its shape.
    package var modelConfiguration: any ModelConfiguration { configuration }

    /// The same with dropout.
    package var whileTraining: LexLIP {
        var other = self
        other.isTraining = true
        return other
    }

    /// Makes the image's head a copy of the text's.
    package func copyHead() throws(TorchError) { try imageHead.copy(from: textHead, words) }

    /// Raw regions and boxes to x^I `[images, terms]`.
    package func scorable(_ images: ImageBatch, in precision: Precision) throws(TorchError) -> Tensor {
        try weights(imageTerms(images))
    }

    /// Tokens `[words, 1]` to vectors `[words, H]`.
    package func project(_ texts: TextBatch) throws(TorchError) -> TextBatch {
        try texts.replacingRows(words.vectors(words.rows(texts.rows)))
    }

    /// Vectors `[words, H]` to x^T `[texts, terms]`, texts of like length together.
    package func scorable(projected texts: TextBatch, in precision: Precision) throws(TorchError) -> Tensor {
        let groups = texts.groups(mostWords: max(Self.logitsAtOnce / termCount, 1))
        var vectors: [Tensor] = []
        for group in groups.places {
            let part = try texts.selecting(group)
            vectors.append(try weights(textTerms(textStates(part), lengths: part.lengths)))
        }
        return try groups.restored(vectors)
    }

    /// max_j z^I_j, `[images, terms]`.
    func imageTerms(_ images: ImageBatch) throws(TorchError) -> Tensor {
        let states = try image.states(image.regions.features(images), of: images, training: isTraining)
        return try imageHead.logits(states, words).maximum(1)
    }

    /// h^T `[texts, L, H]` of vectors, padding's too.
    func textStates(_ texts: TextBatch) throws(TorchError) -> Tensor {
        // No gradient reaches what stays as it is, dropout neither.
        let embedded = try withoutGradients { () throws(TorchError) in try words(texts, dropout: 0).padded() }
        let mask = try Self.mask(embedded)
        let fixed = try withoutGradients { () throws(TorchError) in try lower(embedded.rows, mask: mask) }
        return try upper(fixed, mask: mask, training: isTraining)
    }

    /// max_j z^T_j, `[texts, terms]`, of h^T.
    func textTerms(_ states: Tensor, lengths: [Int]) throws(TorchError) -> Tensor {
        let logits = try textHead.logits(states, words)
        guard Set(lengths).count > 1 else { return try logits.maximum(1) }
        let isPadding = lengths.flatMap { length in (0..<states.shape[1]).map { $0 >= length } }
        let padding = try Tensor(isPadding, shape: [lengths.count, states.shape[1], 1]).to(device: states.device)
        return try logits.filled(where: padding, with: -1e6).maximum(1)
    }

    /// x of each term's largest logit; log(1 + relu) grows with it, so the largest may be taken first.
    func weights(_ logits: Tensor) throws(TorchError) -> Tensor { try (logits.relu() + 1).log().normalized(1) }

    static func mask(_ padded: PaddedTexts) throws(TorchError) -> AttentionMask {
        .keys(try padded.isPadding.not())
    }

    /// S `[images, texts]`.
    package func similarity(_ images: Tensor, _ texts: Tensor) throws(TorchError) -> Tensor {
        try images.matmul(texts.transposed()).to(.float32)
    }

    /// Scores, and beside them what a search of such weights costs.
    package func learning(_ images: Tensor, _ texts: Tensor) throws(TorchError) -> LearningScores {
        try LearningScores(scores: [similarity(images, texts)], sparsity: LexiconEncoder.flops(images, texts))
    }

    /// x one batch after the other.
    package static func joined(_ batches: [Tensor]) throws(TorchError) -> Tensor { try .concatenated(batches) }

    /// As many items as keep a block's logits, one a place and term, to about 256 MB, and no more than other methods take.
    package func blockSize(
        images: Int, texts: Int, regions: Int, words: Int, on device: Device, in precision: Precision
    ) -> (images: Int, texts: Int) {
        let places = Self.logitsAtOnce / termCount
        return (min(max(places / (regions + 1), 1), 128), min(max(places / max(words, 1), 1), 640))
    }

    /// x in float32.
    package func scorableBytes(regions: Int, in precision: Precision) -> Int { 4 * termCount }

    private static let logitsAtOnce = 1 << 26
    private static let decoderLayers = 2
}

extension LexLIP: TermScorer {
    /// Those of the cut vocabulary.
    package var termTokens: [Int] { configuration.vocabulary.tokens }
    /// Their number.
    package var termCount: Int { configuration.vocabulary.count }
}
