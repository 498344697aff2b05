package import AsCLBase
import TextEncoding
package import Torch

extension COTS: MomentumLearner {
    /// D, which is H.
    package var keyWidth: Int { configuration.jointDimension }

    /// They are one loss with the others.
    package var pretrainsWithKeys: Bool { true }

    /// Heads make none.
    package func makesKeys(of parameter: String) -> Bool { !parameter.hasPrefix("heads.") }

    /// L_c and L_kl of `MomentumContrast`; in pre-training L_v too, of 40 % of the regions, and L_t, of 15 % of the words, the
    /// other side unmasked. Each weighs one.
    package func terms(
        on pairs: PairBatch, _ keys: PairKeys, _ queue: PairQueue?, isPretraining: Bool,
        _ generator: inout SeededGenerator
    ) throws(TorchError) -> [TaskTerm] {
        let (images, texts) = (try scorable(pairs.images, in: .fp32), try scorable(pairs.texts, in: .fp32))
        let contrast = try MomentumContrast(
            images: images, texts: texts, keys, queue, temperature: configuration.temperature)
        let terms = [
            TaskTerm("contrast", try contrast.entropy()), TaskTerm("divergence", try contrast.divergence()),
        ]
        guard isPretraining else { return terms }
        return try terms + guessed(pairs, images, texts, &generator)
    }

    private func guessed(
        _ pairs: PairBatch, _ images: Tensor, _ texts: Tensor, _ generator: inout SeededGenerator
    ) throws(TorchError) -> [TaskTerm] {
        let masking = try WordMasking(pairs.texts, words, configuration.vocabulary, &generator)
        let lengths = pairs.texts.lengths
        let wordTerm = try guesses.wordTerm(
            masking, textStates(masking.texts(pairs.texts, words)), lengths: lengths, images: images, words)
        guard configuration.classes > 0 else { return [wordTerm] }
        let masked = try MaskedRegions(pairs, image.regions, &generator, choosing: MaskedPatches.chosen)
        let states = try imageStates(masked.features, of: pairs.images)
        let regionTerm = try guesses.regionTerm(
            masked, states.sliced(1, 1..<states.shape[1]), texts: texts, dictionary)
        return [regionTerm, wordTerm].compactMap(\.self)
    }
}
