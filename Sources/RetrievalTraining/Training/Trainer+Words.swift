import AsCLBase
import Foundation
import RetrievalModels
import TextEncoding
import Torch

// What TAGS-DC has to have learnt before it may write captions.
extension Trainer {
    /// Captions of the validation split whose words are guessed, at most.
    private static let mostCaptions = 512

    /// Called when an epoch, from 0, is about to begin or to go on. Before the first that ranks, masked words are guessed with
    /// the picture and without it, which is told and logged, and the heads that judge words begin.
    /// - Throws: `TrainingError` where too few words are guessed right to write anything by.
    func beginRanking(
        epoch: Int, _ state: TrainerState, _ record: RunRecord?, _ onEvent: (TrainingEvent) -> Void
    ) throws {
        guard let scorer = model.scorer as? UNITER, configuration.model.method == .tagsDC,
            configuration.phase(epoch: epoch) == .ranking
        else { return }
        let refill = configuration.refill
        let isFirst = epoch == 0 || configuration.phase(epoch: epoch - 1) != .ranking
        if isFirst, state.step == epoch * sampler.stepsPerEpoch {
            let (seeing, blind, count) = try wordAccuracy(scorer)
            let captions = min(validation.split.captions.count, Self.mostCaptions)
            onEvent(
                .notice(
                    String(
                        format: "%d masked words of %d validation captions: %.1f %% guessed right with the picture, "
                            + "%.1f %% without", count, captions, 100 * seeing, 100 * blind)))
            // With the step that is to come, so that a resumed run, which looks again, says it once.
            try record?.step(
                state.step + 1, epoch: epoch + 1, [("words_right", seeing), ("words_right_without_picture", blind)])
            guard seeing >= refill.leastAccuracy else {
                throw TrainingError.tooFewWords(
                    step: state.step, right: seeing, without: blind, least: refill.leastAccuracy)
            }
        }
        if refill.discrimination > 0 || refill.correction > 0 { try scorer.beginRefills() }
    }

    /// The parts of masked words that are guessed right with the picture and without it, and how many were masked.
    private func wordAccuracy(_ scorer: UNITER) throws -> (seeing: Double, blind: Double, of: Int) {
        let split = validation.split
        let count = min(split.captions.count, Self.mostCaptions)
        let captions = (0..<count).map { $0 * split.captions.count / count }
        var generator = SeededGenerator(seed: UInt64(configuration.training.seed), stream: Self.wordPurpose)
        var (seeing, blind, all) = (0, 0, 0)
        for start in stride(from: 0, to: count, by: 32) {
            let some = Array(captions[start..<min(start + 32, count)])
            let images = some.map { split.imageOfCaption[$0] }
            let tokens = try model.tokenize(some.map { split.captions[$0] }).map(\.ids)
            let pairs = try PairBatch(
                images: model.images(split, images), texts: model.encode(tokens), imageOfPair: images)
            let right = try scorer.wordsGuessedRight(pairs, &generator)
            (seeing, blind, all) = (seeing + right.withImage, blind + right.without, all + right.of)
        }
        return (Double(seeing) / Double(max(all, 1)), Double(blind) / Double(max(all, 1)), all)
    }

    /// Tells this generator's stream apart from those that others draw from the same seed.
    private static let wordPurpose: UInt64 = 0x776f_7264
}
