package import TextEncoding
package import Torch
package import TorchNN

/// DIME (Qu, Liu, Wu, Gao and Nie: Dynamic Modality Interaction Modeling for Image-Text Retrieval, SIGIR 2021): every pair
/// takes a path of its own through three layers of four cells, chosen softly by a router in each cell.
///
/// Two models, `image_to_text` (regions are refined by a caption's words and meet its sentence vector) and `text_to_image`
/// (words by an image's regions, to meet its global one), are two parts with parameters of their own here. With the
/// direction `both`, as in the paper's table, S is the mean of theirs; each part learns from its own scores, as if it were
/// trained alone, but for the epoch that is kept and the norm that gradients are clipped to, which are of both.
///
/// Where our protocol forces a change, or the authors' program says otherwise than its paper:
/// - Padding takes part in nothing, also where their program forgets it: convolutions and means over words, routers,
///   attention, pooling, norms over words, statistics.
/// - Their loss adds as many random sentences (images) of the data as the batch has as further negatives of one direction;
///   here the batch's own serve.
/// - The text encoder is frozen whole: its dropout is off in training.
///
/// Batch normalisation over all rows of all pairs of a batch couples them in training. At evaluation its running statistics
/// serve, and a score is its pair's own.
package struct DIME: PairScorer {
    /// Its settings.
    package let configuration: BaselineConfiguration
    let imageToText, textToImage: DIMEPart?
    private var isTraining = false

    /// What the path regulariser weighs in the loss, as in the authors' program.
    private static let regularizationWeight = 0.5

    /// Builds it along `image_to_text.*` and `text_to_image.*`, as the direction asks.
    package init(_ scope: ParameterScope, _ configuration: BaselineConfiguration) throws(TorchError) {
        self.configuration = configuration
        let direction = configuration.direction
        imageToText =
            direction == .textToImage ? nil : try DIMEPart(scope / "image_to_text", .imageToText, configuration)
        textToImage =
            direction == .imageToText ? nil : try DIMEPart(scope / "text_to_image", .textToImage, configuration)
    }

    /// Its settings.
    package var modelConfiguration: any ModelConfiguration { configuration }

    /// The same with batches' own statistics.
    package var whileTraining: DIME {
        var other = self
        other.isTraining = true
        return other
    }

    /// What scores need of images alone, part by part.
    package struct Images: Sendable {
        let parts: [DIMEPart.Images]
    }

    /// What scores need of texts alone, part by part.
    package struct Texts: Sendable {
        let parts: [DIMEPart.Texts]
        /// Unit means of the text encoder's words, `[texts, B]`: how alike texts are, for the path regulariser.
        let meanings: Tensor
    }

    private var parts: [DIMEPart] { [imageToText, textToImage].compactMap(\.self) }

    /// Raw features to each part's regions and global vectors.
    package func scorable(_ images: ImageBatch, in precision: Precision) throws(TorchError) -> Images {
        try Images(parts: parts.map { part throws(TorchError) in try part.scorable(images, isTraining: isTraining) })
    }

    /// The text encoder's words as they are: a joint word is made of its neighbours too, so noise comes before.
    package func project(_ texts: TextBatch) throws(TorchError) -> TextBatch { texts }

    /// The text encoder's words to each part's words and sentence vectors.
    package func scorable(projected texts: TextBatch, in precision: Precision) throws(TorchError) -> Texts {
        try Texts(
            parts: parts.map { part throws(TorchError) in try part.words(texts) },
            meanings: texts.replacingRows(texts.rows.to(.float32)).means().normalized(1))
    }

    /// S `[images, texts]`.
    package func similarity(_ images: Images, _ texts: Texts) throws(TorchError) -> Tensor {
        try Tensor.stacked(interactions(images, texts).map(\.scores)).mean(0)
    }

    /// Each part's own scores, and the path regulariser of Qu et al., section 3.4: pairs of like captions shall take like
    /// paths,
    ///
    ///     q_i = unit(W mean over partners of the weights of item i's paths),   sum_ab (q_a . q_b - t_a . t_b)^2 / N
    ///
    /// with t the unit means of the text encoder's words. Of texts besides the images' own only scores are wanted.
    package func learning(_ images: Images, _ texts: Texts) throws(TorchError) -> LearningScores {
        let interactions = try interactions(images, texts)
        let meanings = try texts.meanings.sliced(0, 0..<images.count)
        let likeness = try meanings.matmul(meanings.transposed())
        let costs = try zip(parts, interactions).map { part, interaction throws(TorchError) in
            let paths = try interaction.paths.sliced(1, 0..<images.count)
            let own = try part.pathCodes(paths)
            let distance = try own.matmul(own.transposed()) - likeness
            return try (distance * distance).sum() / Double(images.count)
        }
        return LearningScores(
            scores: interactions.map(\.scores),
            regularization: ("paths", try Tensor.stacked(costs).sum() * Self.regularizationWeight))
    }

    private func interactions(_ images: Images, _ texts: Texts) throws(TorchError) -> [DIMEPart.Interactions] {
        var interactions: [DIMEPart.Interactions] = []
        for (place, part) in parts.enumerated() {
            interactions.append(try part.interactions(images.parts[place], texts.parts[place], isTraining: isTraining))
        }
        return interactions
    }

    /// Images one batch after the other.
    package static func joined(_ batches: [Images]) throws(TorchError) -> Images {
        let count = batches.first?.parts.count ?? 0
        return try Images(
            parts: (0..<count).map { place throws(TorchError) in
                try DIMEPart.Images(
                    regions: .concatenated(batches.map(\.parts[place].regions)),
                    summaries: .concatenated(batches.map(\.parts[place].summaries)))
            })
    }
}

extension DIME.Images {
    fileprivate var count: Int { parts.first?.regions.shape[0] ?? 0 }
}
