package import TextEncoding
package import Torch
package import TorchNN

/// SOHO (Huang et al.: Seeing Out of tHe bOx, CVPR 2021): words of a pair and cells of a grid go through one transformer. A
/// cell is mixed with the entry of a visual dictionary that it is nearest to, and which moves while the model learns, so
/// that cells which mean alike look alike. The score is what the head of matching says on the first word's last state h:
///
///     S = (w_1 - w_0) . h
///
/// Where our protocol or a desk's data forces a change:
/// - The backbone is frozen: cells are read from files, where the authors train it with the rest, from pixels.
/// - Cells are as the file has them, where the authors pool theirs by twos first.
/// - Word vectors are those of the tokens that the training captions have, and begin as the text encoder's.
/// - A step is one of the three tasks, drawn by weight, where the authors add the three up in every step: there matching
///   reads masked words and cells, and words and cells are masked in wrong pairs too.
/// - The decay of the dictionary's averages rises, and the temperature of masked cells is 0.1 (docs/method.md, section 11).
package struct SOHO: PairScorer {
    /// Its shape.
    package let configuration: SOHOConfiguration
    let words: JointWords
    let cells: SOHOCells
    let layers: Transformer
    /// That a pair does not match, and that it does.
    let match: Linear
    private(set) var isTraining = false
    private var epoch = 1

    /// Builds it along `joint.*`, `dictionary.*` and `heads.match`.
    package init(_ scope: ParameterScope, _ configuration: SOHOConfiguration) throws(TorchError) {
        self.configuration = configuration
        let joint = scope / "joint"
        words = try JointWords(joint / "embeddings", configuration.shape)
        cells = try SOHOCells(joint / "image", dictionary: scope / "dictionary", configuration)
        layers = try Transformer(joint / "encoder" / "layer", configuration.shape.transformer, names: .bert)
        match = try Linear(scope / "heads" / "match", from: configuration.jointDimension, to: 2, bias: false)
    }

    /// Its shape.
    package var modelConfiguration: any ModelConfiguration { configuration }

    /// The same with dropout, a batch's own statistics, and a dictionary that moves.
    package var whileTraining: SOHO {
        var other = self
        other.isTraining = true
        return other
    }

    /// The same as it is evaluated.
    var still: SOHO {
        var other = self
        other.isTraining = false
        return other
    }

    /// The same in an epoch, from 0: the dictionary keeps the more of its average the longer it has learned.
    package func inEpoch(_ epoch: Int) -> SOHO {
        var other = self
        other.epoch = epoch + 1
        return other
    }

    /// g; nil where nothing learns.
    var decay: Double? { isTraining ? min(0.4 * Double(epoch), 0.99) : nil }

    /// Raw cells to visual tokens `[images, K, H]`.
    package func scorable(_ images: ImageBatch, in precision: Precision) throws(TorchError) -> Tensor {
        try cells.visualTokens(cells(images, decay: decay))
    }

    /// Tokens `[words, 1]` to vectors `[words, H]`.
    package func project(_ texts: TextBatch) throws(TorchError) -> TextBatch {
        try texts.replacingRows(words.vectors(words.rows(texts.rows)))
    }

    /// Vectors `[words, H]` to what the layers read.
    package func scorable(projected texts: TextBatch, in precision: Precision) throws(TorchError) -> TextBatch {
        try words(texts, dropout: isTraining ? configuration.dropout : 0)
    }

    /// S `[images, texts]`, a pass through all layers a pair.
    package func similarity(_ images: Tensor, _ texts: TextBatch) throws(TorchError) -> Tensor {
        try JointPairs.scores(images, texts) { pairs throws(TorchError) in
            let first = [Int](repeating: 0, count: pairs.shape[0])
            let logits = try match(layers(pairs, at: first, training: isTraining).squeezed(1)).to(.float32)
            return try logits.selected(1, 1) - logits.selected(1, 0)
        }
    }

    /// Visual tokens one batch after the other.
    package static func joined(_ batches: [Tensor]) throws(TorchError) -> Tensor { try .concatenated(batches) }

    /// So few that progress shows: a pair costs as much as thousands of other methods' do.
    package func blockSize(
        images: Int, texts: Int, regions: Int, words: Int, on device: Device, in precision: Precision
    ) -> (images: Int, texts: Int) {
        device == .cpu ? (32, 640) : (128, 2560)
    }

    /// Visual tokens in float32.
    package func scorableBytes(regions: Int, in precision: Precision) -> Int {
        4 * regions * configuration.jointDimension
    }
}
