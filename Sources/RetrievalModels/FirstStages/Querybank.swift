import AsCLBase
import Foundation
import Torch
import TorchNN

/// Vectors of training pairs, against which a cosine is normalised (querybank normalisation: Bogolin et al., CVPR 2022;
/// before, the inverted softmax of Smith et al., ICLR 2017).
///
/// Some vectors lie near all others ("hubs"), and a ranking by cosine puts them before the right ones. How near an image's
/// vector f lies to captions in general is told by those g_k of N training pairs, and a text's by their images' f_k:
///
///     b(f) = tau log( 1/N sum_k e^(f . g_k / tau) )      c(g) = tau log( 1/N sum_k e^(f_k . g / tau) )
///
/// Either depends on one item and the model alone, so that f . g - b(f) - c(g) is still a score of its pair alone.
package struct Querybank: Sendable {
    /// How large it is, and tau.
    package struct Configuration: Codable, Sendable, Equatable {
        /// N.
        package let size: Int
        /// tau.
        package let temperature: Double

        /// Unchecked.
        package init(size: Int, temperature: Double) { (self.size, self.temperature) = (size, temperature) }
    }

    private let configuration: Configuration
    /// `[N, D]` each. Zeros until `fill`: then nothing is nearer to them than anything else.
    private let images, texts: Tensor

    /// N.
    var size: Int { configuration.size }

    /// Builds it along `images` and `texts`.
    init(_ scope: ParameterScope, _ configuration: Configuration, dimension: Int) throws(TorchError) {
        self.configuration = configuration
        images = try scope.buffer("images", [configuration.size, dimension], .zeros)
        texts = try scope.buffer("texts", [configuration.size, dimension], .zeros)
    }

    /// Takes up the vectors `[N, D]` of N pairs.
    func fill(images: Tensor, texts: Tensor) throws(TorchError) {
        try withoutGradients { () throws(TorchError) in
            try self.images.copy(from: images)
            try self.texts.copy(from: texts)
        }
    }

    /// f `[images, D]` to `[images, D + 2]`, whose product with `normalized(texts:)` is the score.
    func normalized(images vectors: Tensor) throws(TorchError) -> Tensor {
        let nearness = try nearness(vectors, to: texts)
        return try .concatenated([vectors, -nearness, .full(nearness.shape, 1, device: nearness.device)], dimension: 1)
    }

    /// g `[texts, D]` to `[texts, D + 2]`.
    func normalized(texts vectors: Tensor) throws(TorchError) -> Tensor {
        let nearness = try nearness(vectors, to: images)
        return try .concatenated([vectors, .full(nearness.shape, 1, device: nearness.device), -nearness], dimension: 1)
    }

    /// b or c `[vectors, 1]`.
    private func nearness(_ vectors: Tensor, to bank: Tensor) throws(TorchError) -> Tensor {
        let tau = configuration.temperature
        let logits = try vectors.matmul(bank.transposed()).to(.float32) * (1 / tau)
        return try ((logits.logSumExp(1) + -log(Double(size))) * tau).unsqueezed(1)
    }
}

/// A method whose vectors a querybank may normalise.
protocol QuerybankScorer: VectorScorer {
    /// There is one where its configuration says so.
    var querybank: Querybank? { get }
}
