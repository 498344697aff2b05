import Foundation
import PretrainedFolders
import Torch

/// How likely a picture shows what was asked for: the model's own belief, no threshold on cosines, which lie elsewhere for
/// every sentence.
///
/// A SigLIP holds a pair to belong together with probability sigmoid(e^s cos + b), as it was trained. A CLIP was trained to
/// tell a picture's sentence from others: so the probability is that of the sentence among `Background.sentences`,
/// e^(t q) / (e^(t q) + sum of e^(t b)), where q and b are the cosines of the picture with the sentence and with those, and
/// t is the model's scale. Of the others those do not count that say nearly the same as the sentence.
struct Relevance: Sendable {
    private let scale: Float
    private let bias: Float?
    private let background: [[Float]]

    /// Above this cosine two sentences count as the same.
    private static let sameSentence: Float = 0.9

    init(_ folder: PretrainedFolder, _ sentences: SentenceEncoder) throws {
        let (scale, bias) = try folder.logitScale()
        self.scale = exp(scale)
        self.bias = bias
        background = bias == nil ? try sentences.vectors(Background.sentences) : []
    }

    /// What belongs to one query, given as a unit vector: gives the probability of a picture by its unit vector and its
    /// cosine with the query.
    func of(query: [Float]) -> (_ picture: [Float], _ cosine: Float) -> Double {
        if let bias { return { 1 / (1 + exp(-Double(scale * $1 + bias))) } }
        let others = background.filter { dot($0, query) < Self.sameSentence }
        return { picture, cosine in
            1 / (1 + others.reduce(0) { $0 + exp(Double(scale * (dot($1, picture) - cosine))) })
        }
    }
}

/// The product of two vectors of one length.
func dot(_ first: [Float], _ second: [Float]) -> Float {
    var sum: Float = 0
    for (one, other) in zip(first, second) { sum += one * other }
    return sum
}
