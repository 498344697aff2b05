package import AsCLBase
import TextEncoding
package import Torch

// What SOHO learns by. Only right pairs are masked, and only one side at a time.
extension SOHO {
    /// Before it ranks.
    package var tasks: [LearningTask] { [.matching, .words, .classes] }

    /// A task's terms:
    ///
    /// - `matching`: with an even chance a text meets another image of the batch. The mean cross entropy of whether it is its
    ///   own.
    /// - `words`: the mean cross entropy of the words chosen by `WordMasking`, by the table that words are read with.
    /// - `classes`: the mean cross entropy of which entry of the dictionary masked cells are nearest to.
    /// - `ranking`: every right pair, and for each its batch's wrong image and wrong caption that score highest, without
    ///   dropout or gradient. The mean cross entropy of whether they match.
    /// - `everyPair`: the same of every right pair and all wrong pairs of the batch.
    package func terms(
        of task: LearningTask, on pairs: PairBatch, _ generator: inout SeededGenerator
    ) throws(TorchError) -> [TaskTerm] {
        switch task {
        case .matching:
            let partners = UNITER.partners(pairs.imageOfPair, &generator)
            let isRight = zip(partners, pairs.imageOfPair).map { pairs.imageOfPair[$0] == $1 }
            return [try matching(pairs, partners.enumerated().map { (image: $1, text: $0) }, isRight)]
        case .words:
            let masking = try WordMasking(pairs.texts, words, configuration.vocabulary, &generator)
            let texts = try scorable(projected: masking.texts(pairs.texts, words), in: .fp32)
            let states = try layers.states(texts, with: scorable(pairs.images, in: .fp32), training: isTraining).words
            let logits = try words.logits(masking.states(states, lengths: texts.lengths)).to(.float32)
            return [try Self.entropy("words", logits, masking.answers)]
        case .classes: return [try maskedCells(pairs, &generator)]
        case .ranking: return [try matching(pairs, among: hardest(pairs))]
        case .everyPair: return [try matching(pairs, among: Self.wrongPairs(pairs.imageOfPair))]
        case .regions, .together:
            throw TorchError(operation: task.rawValue, reason: "soho sets itself no such task")
        }
    }

    private static func entropy(_ name: String, _ logits: Tensor, _ answers: [Int]) throws(TorchError) -> TaskTerm {
        let labels = try Tensor(answers, shape: [answers.count]).to(device: logits.device)
        return TaskTerm(name, try logits.crossEntropy(labels: labels))
    }

    /// Whether pairs of an image and a text, by their numbers, match.
    private func matching(
        _ pairs: PairBatch, _ chosen: [(image: Int, text: Int)], _ isRight: [Bool]
    ) throws(TorchError) -> TaskTerm {
        // Every image once, whatever it meets: statistics are those of the batch.
        let images = try scorable(pairs.images, in: .fp32)
        let texts = try scorable(pairs.texts, in: .fp32)
        let places = try Tensor(chosen.map(\.image), shape: [chosen.count]).to(device: images.device)
        let states = try layers.states(
            texts.selecting(chosen.map(\.text)), with: images.indexSelect(places), training: isTraining)
        return try Self.entropy("matching", match(states.words.selected(1, 0)).to(.float32), isRight.map { $0 ? 1 : 0 })
    }

    private func maskedCells(
        _ pairs: PairBatch, _ generator: inout SeededGenerator
    ) throws(TorchError) -> TaskTerm {
        let own = try cells(pairs.images, decay: decay)
        let tokens = try own.tokens.to(device: .cpu).array(Int.self)
        let places = SOHOCells.masked(tokens, count: own.count, chance: configuration.maskedImages, &generator)
        let states = try layers.states(
            scorable(pairs.texts, in: .fp32), with: cells.visualTokens(own, masking: places), training: isTraining
        ).regions
        let chosen = try Tensor(places, shape: [places.count]).to(device: states.device)
        let logits = try cells.logits(
            states.reshaped([-1, states.shape[2]]).indexSelect(chosen), temperature: configuration.temperature)
        return try Self.entropy("classes", logits, places.map { tokens[$0] })
    }

    /// Right pairs and wrong ones.
    private func matching(
        _ pairs: PairBatch, among wrong: [(image: Int, text: Int)]
    ) throws(TorchError) -> TaskTerm {
        let right = pairs.imageOfPair.indices.map { (image: $0, text: $0) }
        return try matching(pairs, right + wrong, right.map { _ in true } + wrong.map { _ in false })
    }

    private func hardest(_ pairs: PairBatch) throws(TorchError) -> [(image: Int, text: Int)] {
        let still = still
        let scores = try withoutGradients { () throws(TorchError) in
            try still.similarity(still.scorable(pairs.images, in: .fp32), still.scorable(pairs.texts, in: .fp32))
                .to(device: .cpu).array(Float.self)
        }
        return Self.hardest(scores, imageOfPair: pairs.imageOfPair)
    }

    /// All pairs of an image and a text of another.
    static func wrongPairs(_ imageOfPair: [Int]) -> [(image: Int, text: Int)] {
        imageOfPair.indices.flatMap { image in
            imageOfPair.indices.filter { imageOfPair[$0] != imageOfPair[image] }.map { (image: image, text: $0) }
        }
    }

    /// For each pair the wrong image of its text that scores highest, and then for each the wrong text of its image; of equal
    /// ones the first. A pair that has none, since all of the batch is of its image, is left out.
    /// - Parameter scores: `[pairs, pairs]`, images by rows.
    static func hardest(_ scores: [Float], imageOfPair: [Int]) -> [(image: Int, text: Int)] {
        let pairs = imageOfPair.indices
        func score(_ image: Int, _ text: Int) -> Float { scores[image * pairs.count + text] }
        func best(_ pair: Int, _ score: (Int) -> Float) -> Int? {
            pairs.filter { imageOfPair[$0] != imageOfPair[pair] }.max { (score($0), $1) < (score($1), $0) }
        }
        let images = pairs.compactMap { text in best(text) { score($0, text) }.map { (image: $0, text: text) } }
        let texts = pairs.compactMap { image in best(image) { score(image, $0) }.map { (image: image, text: $0) } }
        return images + texts
    }
}
