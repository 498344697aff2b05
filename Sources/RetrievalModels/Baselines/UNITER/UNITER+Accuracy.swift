package import AsCLBase
import TextEncoding
package import Torch

extension UNITER {
    /// Of words masked as for the task of that name, how many are guessed right with the image, and how many from the rest of
    /// the text alone.
    package func wordsGuessedRight(
        _ pairs: PairBatch, _ generator: inout SeededGenerator
    ) throws(TorchError) -> (withImage: Int, without: Int, of: Int) {
        let masking = try WordMasking(pairs.texts, joint.words, configuration.vocabulary, &generator)
        return try withoutGradients { () throws(TorchError) in
            let texts = try scorable(projected: masking.texts(pairs.texts, joint.words), in: .fp32)
            func right(_ states: Tensor) throws(TorchError) -> Int {
                let found = try guesses.words(masking.states(states, lengths: texts.lengths), joint.words)
                    .maximumIndex(1).to(device: .cpu).array(Int.self)
                return zip(found, masking.answers).count { $0 == $1 }
            }
            let seeing = try joint.states(texts, scorable(pairs.images, in: .fp32), training: isTraining).words
            let blind = try joint.states(texts, training: isTraining)
            return (try right(seeing), try right(blind), masking.answers.count)
        }
    }
}
