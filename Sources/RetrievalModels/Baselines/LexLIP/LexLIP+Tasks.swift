package import AsCLBase
import TextEncoding
package import Torch
import TorchNN

// What LexLIP learns by before it ranks.
extension LexLIP {
    /// All at once.
    package var tasks: [LearningTask] { [.together] }

    /// A task's terms:
    ///
    /// - `words`: the mean cross entropy of words, 30 % of which are masked, whole words at a time.
    /// - `together`: the same; words, half of which are masked, from what a weak decoder sees beside them: one vector of the
    ///   image, and one of the text of before; half the contrastive loss of the batch; and F.
    package func terms(
        of task: LearningTask, on pairs: PairBatch, _ generator: inout SeededGenerator
    ) throws(TorchError) -> [TaskTerm] {
        let masking = try self.masking(pairs.texts, rate: 0.3, &generator)
        let states = try textStates(masking.texts(pairs.texts, words))
        let guess = try textHead.entropy(masking, masking.states(states, lengths: pairs.texts.lengths), words)
        guard task == .together else { return [TaskTerm("words", guess)] }
        let half = try self.masking(pairs.texts, rate: 0.5, &generator)
        let ofImages = try imageTerms(pairs.images)
        let ofTexts = try textTerms(states, lengths: pairs.texts.lengths)
        let (images, texts) = (try weights(ofImages), try scorable(pairs.texts, in: .fp32))
        let excluded = try RetrievalLoss.sameImageMask(pairs.imageOfPair, device: images.device)
        let contrast = try RetrievalLoss.contrastive(
            similarity(images, texts), temperature: configuration.temperature, excluded: excluded)
        return [
            TaskTerm("words", guess),
            TaskTerm("image_bottleneck", try decoded(half, pairs.texts, bottleneck(ofImages))),
            TaskTerm("text_bottleneck", try decoded(half, pairs.texts, bottleneck(ofTexts))),
            TaskTerm("contrast", contrast, weight: 0.5),
            try sparsity(images, texts),
        ]
    }

    private func masking(
        _ texts: TextBatch, rate: Double, _ generator: inout SeededGenerator
    ) throws(TorchError) -> WordMasking {
        try WordMasking(texts, words, configuration.vocabulary, rate: rate, pieces: pieces, &generator)
    }

    /// b `[items, H]` = softmax(max_j z_j) E, of max_j z_j: all that the decoder sees of an item. No gradient reaches E.
    func bottleneck(_ terms: Tensor) throws(TorchError) -> Tensor {
        try terms.softmax(1).matmul(words.table.weight.detached())
    }

    /// The mean cross entropy of masked words, from the others and b in [CLS]'s place.
    func decoded(_ masking: WordMasking, _ texts: TextBatch, _ bottleneck: Tensor) throws(TorchError) -> Tensor {
        let embedded = try words(masking.texts(texts, words), dropout: isTraining ? configuration.dropout : 0).padded()
        let rest = try embedded.rows.sliced(1, 1..<embedded.rows.shape[1])
        let states = try decoder(
            .concatenated([bottleneck.unsqueezed(1), rest], dimension: 1), mask: Self.mask(embedded),
            training: isTraining)
        return try textHead.entropy(masking, masking.states(states, lengths: texts.lengths), words)
    }

    private func sparsity(_ images: Tensor, _ texts: Tensor) throws(TorchError) -> TaskTerm {
        TaskTerm("sparsity", try LexiconEncoder.flops(images, texts), weight: configuration.sparsity)
    }
}

extension LexLIP: MomentumLearner {
    /// One a term.
    package var keyWidth: Int { termCount }

    /// Its tasks compare the pairs of a batch.
    package var pretrainsWithKeys: Bool { false }

    /// The decoder makes none.
    package func makesKeys(of parameter: String) -> Bool { !parameter.hasPrefix("decoder.") }

    /// Half the loss of `MomentumContrast`, and F.
    package func terms(
        on pairs: PairBatch, _ keys: PairKeys, _ queue: PairQueue?, isPretraining: Bool,
        _ generator: inout SeededGenerator
    ) throws(TorchError) -> [TaskTerm] {
        let images = try scorable(pairs.images, in: .fp32)
        let texts = try scorable(pairs.texts, in: .fp32)
        let contrast = try MomentumContrast(
            images: images, texts: texts, keys, queue, temperature: configuration.temperature)
        return [TaskTerm("contrast", try contrast.entropy(), weight: 0.5), try sparsity(images, texts)]
    }
}
