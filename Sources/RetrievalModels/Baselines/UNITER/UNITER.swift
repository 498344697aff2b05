package import TextEncoding
package import Torch
package import TorchNN

/// UNITER (Chen et al.: UNITER: UNiversal Image-TExt Representation Learning, ECCV 2020): words and regions of a pair go
/// through one transformer, and the score is read off the first word's last state h:
///
///     z = tanh(W h),   S = w . z + b
///
/// w and b are the row for "they match" of the head that learns the task of matching, and ranking goes on from there; the
/// authors copy the row to a layer of its own. The task trains the difference of the head's two rows, so that S says little
/// before ranking has been learnt too.
///
/// Where our protocol or a desk's data forces a change:
/// - Word vectors are those of the tokens that the training captions have, and begin as the text encoder's.
/// - Of regions without a detector's classes the nearest vectors of a dictionary are guessed; a detector's are taken for
///   certain, where the authors have its probabilities.
/// - A wrong image in the task of matching is another of the batch.
///
/// UNITER+DG and TAGS-DC are this model too: they score as it does, and have heads for what they learn besides.
package struct UNITER: PairScorer {
    /// Its shape.
    package let configuration: JointConfiguration
    let joint: JointEncoder
    /// That a pair does not match, and that it does.
    let match: Linear
    let guesses: GuessHeads
    let dictionary: RegionDictionary?
    /// Of UNITER+DG.
    let link: LinkHead?
    /// Of TAGS-DC.
    let refills: RefillHeads?
    private(set) var isTraining = false

    /// Builds it along `joint.*`, `heads.*` and, where it has one, `dictionary`.
    package init(_ scope: ParameterScope, _ configuration: JointConfiguration) throws(TorchError) {
        self.configuration = configuration
        joint = try JointEncoder(scope / "joint", configuration)
        match = try Linear(scope / "heads" / "match", from: configuration.jointDimension, to: 2)
        guesses = try GuessHeads(scope / "heads", configuration)
        dictionary = try configuration.dictionary(scope)
        link = configuration.method == .uniterDG ? try LinkHead(scope / "heads" / "link", configuration) : nil
        refills = configuration.method == .tagsDC ? try RefillHeads(scope / "heads", configuration) : nil
    }

    /// Its shape.
    package var modelConfiguration: any ModelConfiguration { configuration }

    /// The same with dropout.
    package var whileTraining: UNITER {
        var other = self
        other.isTraining = true
        return other
    }

    /// Raw regions and boxes to e `[images, K, H]`.
    package func scorable(_ images: ImageBatch, in precision: Precision) throws(TorchError) -> Tensor {
        try joint.embedded(joint.regions.features(images), of: images, training: isTraining)
    }

    /// Tokens `[words, 1]` to vectors `[words, H]`.
    package func project(_ texts: TextBatch) throws(TorchError) -> TextBatch {
        try texts.replacingRows(joint.words.vectors(joint.words.rows(texts.rows)))
    }

    /// Vectors `[words, H]` to t.
    package func scorable(projected texts: TextBatch, in precision: Precision) throws(TorchError) -> TextBatch {
        try joint.embedded(texts, training: isTraining)
    }

    /// S `[images, texts]`, a pass through all layers a pair.
    package func similarity(_ images: Tensor, _ texts: TextBatch) throws(TorchError) -> Tensor {
        try JointPairs.scores(images, texts) { pairs throws(TorchError) in
            try scores(pooled: joint.pooled(pairs, training: isTraining))
        }
    }

    /// S `[pairs]` of z.
    func scores(pooled: Tensor) throws(TorchError) -> Tensor {
        let row = try Linear(weight: match.weight.sliced(0, 1..<2), bias: match.bias?.sliced(0, 1..<2))
        return try row(pooled).to(.float32).squeezed(1)
    }

    /// e one batch after the other.
    package static func joined(_ batches: [Tensor]) throws(TorchError) -> Tensor { try .concatenated(batches) }

    /// So few that progress shows: a pair costs as much as thousands of other methods' do.
    package func blockSize(
        images: Int, texts: Int, regions: Int, words: Int, on device: Device, in precision: Precision
    ) -> (images: Int, texts: Int) {
        device == .cpu ? (32, 640) : (128, 2560)
    }

    /// e in float32.
    package func scorableBytes(regions: Int, in precision: Precision) -> Int {
        4 * regions * configuration.jointDimension
    }
}
