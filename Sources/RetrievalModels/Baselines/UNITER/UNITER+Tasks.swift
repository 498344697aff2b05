package import AsCLBase
import TextEncoding
package import Torch

// What UNITER learns by before it ranks. Only one side of a pair is masked at a time, and only of right pairs.
extension UNITER {
    /// All of them, but for classes where there are none.
    package var tasks: [LearningTask] { configuration.tasks }

    /// A task's terms:
    ///
    /// - `matching`: with an even chance a text meets another image of the batch. The mean cross entropy of whether it is its
    ///   own, and the sum of the distances by transport of right pairs, less that of wrong ones, over the pairs.
    /// - `words`: the mean cross entropy of the words chosen by `WordMasking`, over the cut vocabulary.
    /// - `regions`: the mean squared error of the features of 15 % of the regions, of each image one at least.
    /// - `classes`: the mean cross entropy of such regions' classes.
    package func terms(
        of task: LearningTask, on pairs: PairBatch, _ generator: inout SeededGenerator
    ) throws(TorchError) -> [TaskTerm] {
        switch task {
        case .matching: return try matching(pairs, &generator)
        case .words:
            let (masking, states) = try maskedWords(pairs, &generator)
            return [try guesses.term(masking, states, joint.words)]
        case .regions:
            let (masked, states) = try maskedRegions(pairs, &generator)
            return [try guesses.term(masked, states, joint.regions)]
        case .classes:
            let (masked, states) = try maskedRegions(pairs, &generator)
            return [try guesses.term(masked, states, dictionary)]
        case .together, .ranking, .everyPair:
            throw TorchError(
                operation: task.rawValue, reason: "\(configuration.method.rawValue) sets itself no such task")
        }
    }

    private func matching(
        _ pairs: PairBatch, _ generator: inout SeededGenerator
    ) throws(TorchError) -> [TaskTerm] {
        let partners = Self.partners(pairs.imageOfPair, &generator)
        let images = try pairs.images.selecting(partners)
        let device = pairs.images.regions.device
        let isRight = zip(partners, pairs.imageOfPair).map { pairs.imageOfPair[$0] == $1 }
        let texts = try scorable(pairs.texts, in: .fp32)
        let states = try joint.states(texts, scorable(images, in: .fp32), training: isTraining)
        let logits = try match(joint.pooled(first: states.words.selected(1, 0))).to(.float32)
        let labels = try Tensor(isRight.map { $0 ? 1 : 0 } as [Int], shape: [isRight.count]).to(device: device)
        let entropy = TaskTerm("matching", try logits.crossEntropy(labels: labels))
        guard configuration.transportWeight > 0 else { return [entropy] }
        let distances = try Transport.distances(states.words, states.regions, lengths: texts.lengths)
        let signs = try Tensor(isRight.map { $0 ? 1 : -1 } as [Float], shape: [isRight.count]).to(device: device)
        return [
            entropy,
            TaskTerm("transport", try (distances * signs).mean(), weight: configuration.transportWeight),
        ]
    }

    /// The pair whose image each text meets: its own, or by an even chance that of another image where there is one.
    static func partners(_ imageOfPair: [Int], _ generator: inout SeededGenerator) -> [Int] {
        var partners: [Int] = []
        for (place, image) in imageOfPair.enumerated() {
            let others = imageOfPair.indices.filter { imageOfPair[$0] != image }
            let isWrong = generator.below(2) == 1 && !others.isEmpty
            partners.append(isWrong ? others[generator.below(others.count)] : place)
        }
        return partners
    }

    /// Words to be guessed, and the states `[places, H]` at their places.
    func maskedWords(
        _ pairs: PairBatch, _ generator: inout SeededGenerator
    ) throws(TorchError) -> (masking: WordMasking, states: Tensor) {
        let masking = try WordMasking(pairs.texts, joint.words, configuration.vocabulary, &generator)
        let texts = try scorable(projected: masking.texts(pairs.texts, joint.words), in: .fp32)
        let states = try joint.states(texts, scorable(pairs.images, in: .fp32), training: isTraining)
        return (masking, try masking.states(states.words, lengths: texts.lengths))
    }

    /// Regions to be guessed, and the states `[places, H]` at their places.
    private func maskedRegions(
        _ pairs: PairBatch, _ generator: inout SeededGenerator
    ) throws(TorchError) -> (masked: MaskedRegions, states: Tensor) {
        let masked = try MaskedRegions(pairs, joint.regions, &generator)
        let regions = try joint.embedded(masked.features, of: pairs.images, training: isTraining)
        let states = try joint.states(scorable(pairs.texts, in: .fp32), regions, training: isTraining)
        return (masked, try masked.states(states.regions))
    }
}
