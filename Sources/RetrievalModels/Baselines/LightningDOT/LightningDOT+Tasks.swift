package import AsCLBase
import TextEncoding
package import Torch

// What LightningDOT learns by. One side is masked at a time, and sees the other as one vector, unmasked.
extension LightningDOT {
    /// All of them, but for classes where there are none.
    package var tasks: [LearningTask] { configuration.tasks }

    /// A task's terms:
    ///
    /// - `matching`: half the contrastive loss of the batch's scores, temperature 1.
    /// - `words`: the mean cross entropy of masked words, guessed from h^T_j + h^I_0.
    /// - `regions`: the mean squared error of masked regions' features, guessed from h^I_k + h^T_0.
    /// - `classes`: the mean cross entropy of such regions' classes.
    package func terms(
        of task: LearningTask, on pairs: PairBatch, _ generator: inout SeededGenerator
    ) throws(TorchError) -> [TaskTerm] {
        switch task {
        case .matching:
            let scores = try similarity(scorable(pairs.images, in: .fp32), scorable(pairs.texts, in: .fp32))
            let excluded = try RetrievalLoss.sameImageMask(pairs.imageOfPair, device: scores.device)
            let loss = try RetrievalLoss.contrastive(scores, temperature: 1, excluded: excluded)
            return [TaskTerm("matching", try loss * 0.5)]
        case .words:
            let (masking, states) = try maskedWords(pairs, &generator)
            return [try guesses.term(masking, states, words)]
        case .regions:
            let (masked, states) = try maskedRegions(pairs, &generator)
            return [try guesses.term(masked, states, regions)]
        case .classes:
            let (masked, states) = try maskedRegions(pairs, &generator)
            return [try guesses.term(masked, states, dictionary)]
        case .together, .ranking, .everyPair:
            throw TorchError(
                operation: task.rawValue, reason: "\(configuration.method.rawValue) sets itself no such task")
        }
    }

    private func maskedWords(
        _ pairs: PairBatch, _ generator: inout SeededGenerator
    ) throws(TorchError) -> (masking: WordMasking, states: Tensor) {
        let masking = try WordMasking(pairs.texts, words, configuration.vocabulary, &generator)
        let texts = try masking.texts(pairs.texts, words)
        let help = try imageStates(regions.features(pairs.images), of: pairs.images).sliced(1, 0..<1)
        return (masking, try masking.states(textStates(texts) + help, lengths: texts.lengths))
    }

    private func maskedRegions(
        _ pairs: PairBatch, _ generator: inout SeededGenerator
    ) throws(TorchError) -> (masked: MaskedRegions, states: Tensor) {
        let masked = try MaskedRegions(pairs, regions, &generator)
        let help = try textStates(project(pairs.texts)).sliced(1, 0..<1)
        let states = try imageStates(masked.features, of: pairs.images)
        return (masked, try masked.states(states.sliced(1, 1..<states.shape[1]) + help))
    }
}
