package import AsCLBase
import TextEncoding
package import Torch

// What UNITER learns by before it ranks. Only one side of a pair is masked at a time, and only of right pairs.
extension UNITER {
    /// All of them, but for classes where there are none.
    package var tasks: [LearningTask] { LearningTask.allCases.filter { $0 != .classes || configuration.classes > 0 } }

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
        case .matching: try matching(pairs, &generator)
        case .words: [try words(pairs, &generator)]
        case .regions: [try regions(pairs, &generator)]
        case .classes: [try classes(pairs, &generator)]
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
        let logits = try heads.match(joint.pooled(first: states.words.selected(1, 0)))
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

    private func words(_ pairs: PairBatch, _ generator: inout SeededGenerator) throws(TorchError) -> TaskTerm {
        let (masking, states) = try maskedStates(pairs, &generator)
        let device = states.device
        let logits = try heads.words(states, joint.words)
        let answers = try Tensor(masking.answers, shape: [masking.answers.count]).to(device: device)
        return TaskTerm("words", try logits.crossEntropy(labels: answers))
    }

    /// Words to be guessed, and the states `[places, H]` at their places.
    private func maskedStates(
        _ pairs: PairBatch, _ generator: inout SeededGenerator
    ) throws(TorchError) -> (masking: WordMasking, states: Tensor) {
        let device = pairs.texts.rows.device
        let lengths = pairs.texts.lengths
        let rows = try joint.words.rows(pairs.texts.rows).to(device: .cpu).array(Int.self)
        let masking = WordMasking(rows, lengths: lengths, configuration.vocabulary, &generator)
        let vectors = try joint.words.vectors(Tensor(masking.rows, shape: [rows.count]).to(device: device))
        let texts = try scorable(projected: pairs.texts.replacingRows(vectors), in: .fp32)
        let states = try joint.states(texts, scorable(pairs.images, in: .fp32), training: isTraining)
        let places = try Tensor(masking.places, shape: [masking.places.count]).to(device: device)
        return (masking, try TextBatch(padded: states.words, lengths: lengths).rows.indexSelect(places))
    }

    private func regions(_ pairs: PairBatch, _ generator: inout SeededGenerator) throws(TorchError) -> TaskTerm {
        let masked = try maskedRegions(pairs, &generator)
        let missed = try heads.regions(masked.states, joint.regions) - masked.features
        return TaskTerm("regions", try (missed * missed).mean())
    }

    private func classes(_ pairs: PairBatch, _ generator: inout SeededGenerator) throws(TorchError) -> TaskTerm {
        let masked = try maskedRegions(pairs, &generator)
        let answers: Tensor
        if let dictionary {
            answers = try dictionary.nearest(masked.features)
        } else if let classes = pairs.classes {
            answers = try Tensor(masked.places.map { classes[$0] }, shape: [masked.places.count])
        } else {
            throw TorchError(operation: "classes", reason: "expected a detector's classes of the regions")
        }
        guard let logits = try heads.classes(masked.states) else {
            throw TorchError(operation: "classes", reason: "expected a model that has them")
        }
        return TaskTerm("classes", try logits.crossEntropy(labels: answers.to(device: logits.device)))
    }

    /// Regions to be guessed: their places, what stood there `[places, R]`, and the states `[places, H]`.
    private func maskedRegions(
        _ pairs: PairBatch, _ generator: inout SeededGenerator
    ) throws(TorchError) -> (places: [Int], features: Tensor, states: Tensor) {
        let features = try joint.regions.features(pairs.images)
        let (count, width) = (features.shape[1], features.shape[2])
        var chosen: [Int] = []
        for image in 0..<pairs.images.count {
            chosen += WordMasking.chosen(image * count..<(image + 1) * count, &generator)
        }
        let places = try Tensor(chosen, shape: [chosen.count]).to(device: features.device)
        let embedded = try joint.embedded(
            joint.regions.masking(features, at: places), of: pairs.images, training: isTraining)
        let states = try joint.states(scorable(pairs.texts, in: .fp32), embedded, training: isTraining)
        return try (
            chosen, features.reshaped([-1, width]).indexSelect(places),
            states.regions.reshaped([-1, configuration.jointDimension]).indexSelect(places)
        )
    }

    /// The part of masked words that are guessed right: as they are, and where the pairs' images are others.
    package func guessedRight(
        _ pairs: PairBatch, _ generator: inout SeededGenerator
    ) throws(TorchError) -> Double {
        let (masking, states) = try maskedStates(pairs, &generator)
        let guesses = try heads.words(states, joint.words).maximumIndex(1).to(device: .cpu).array(Int.self)
        return Double(zip(guesses, masking.answers).count { $0 == $1 }) / Double(max(guesses.count, 1))
    }
}
