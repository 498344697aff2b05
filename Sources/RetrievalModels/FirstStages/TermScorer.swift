package import Torch

/// A method whose vectors are weights of terms, none below zero and most of them zero: what an `InvertedIndex` searches.
package protocol TermScorer: PairScorer where Images == Tensor, Texts == Tensor {
    /// The token that each term is called after.
    var termTokens: [Int] { get }
}

extension TermScorer {
    /// Values of a vector.
    package var termCount: Int { termTokens.count }
}

extension LexiconEncoder: TermScorer {
    /// Only called after: it is trained without any meaning of tokens.
    package var termTokens: [Int] {
        let configuration = inputs.configuration
        return configuration.lexicon ?? Array(0..<configuration.vocabularySize)
    }
}
