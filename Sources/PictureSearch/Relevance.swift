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
    /// `[sentences, dimension]`; nil for a SigLIP.
    private let background: Tensor?

    /// From this cosine on two sentences count as the same.
    private static let sameSentence = 0.9

    init(_ folder: PretrainedFolder, _ sentences: SentenceEncoder) throws {
        let (scale, bias) = try folder.logitScale()
        self.scale = exp(scale)
        self.bias = bias
        guard bias == nil else {
            background = nil
            return
        }
        let vectors = try sentences.vectors(Background.sentences)
        background = try Tensor(vectors.flatMap { $0 }, shape: [vectors.count, vectors[0].count])
    }

    /// The beliefs in pictures, as log-odds, by their unit vectors and their cosines with a query, a unit vector.
    func logOdds(of pictures: [[Float]], cosines: [Float], query: [Float]) throws -> [Double] {
        if let bias { return cosines.map { Double(scale * $0 + bias) } }
        guard let background, !pictures.isEmpty else { return [] }
        return try inferenceMode { () throws(TorchError) in
            let matrix = try Tensor(pictures.flatMap { $0 }, shape: [pictures.count, query.count])
            let same = try background.matmul(Tensor(query, shape: [query.count])).less(than: Self.sameSentence).not()
            let own = try Tensor(cosines, shape: [cosines.count, 1])
            // How much better a picture fits each of the others than what was asked for.
            let others = try ((matrix.matmul(background.transposed()) - own) * Double(scale)).exp()
            let sum = try others.filled(where: same.unsqueezed(0), with: 0).sum(1)
            // Float32 may round a sum to nothing, or to infinity.
            return try sum.array(Float.self).map { -log(min(max(Double($0), 1e-35), 1e35)) }
        }
    }
}

/// The probability of given log-odds.
func probability(logOdds: Double) -> Double { 1 / (1 + exp(-logOdds)) }

/// The product of two vectors of one length.
func dot(_ first: [Float], _ second: [Float]) -> Float {
    var sum: Float = 0
    for (one, other) in zip(first, second) { sum += one * other }
    return sum
}
