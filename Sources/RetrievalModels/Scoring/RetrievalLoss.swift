package import Torch

/// Losses over a batch's scores S `[N, N]`, images by rows, texts by columns, positives on the diagonal.
package enum RetrievalLoss {
    /// L_I of equations 3 and 5 (and L_II&III with the positives' scores): the mean over the batch of the negative
    /// log-likelihood of the image given its text, and of the text given its image among the batch and the generated
    /// negatives.
    /// - Parameters:
    ///   - scores: S `[N, N]`.
    ///   - negatives: S- `[N, N]`, image by generated negative text, or nil without generated negatives. Where a
    ///     generated text scores above the image's own, its term is absent (alpha, equation 4); no gradient flows
    ///     through that choice.
    ///   - temperature: tau, above zero.
    ///   - excluded: bool `[N, N]`, true at texts that belong to the image besides its own: neither direction counts
    ///     them as negatives. Generated negatives of such texts stay, as those of the image's own text do.
    package static func contrastive(
        _ scores: Tensor, negatives: Tensor? = nil, temperature: Double, excluded: Tensor? = nil
    ) throws(TorchError) -> Tensor {
        let scaled = try scores / temperature
        let own = try scaled.diagonal()
        let batch =
            try excluded.map { mask throws(TorchError) in try scaled.filled(where: mask, with: -.infinity) } ?? scaled
        let imageOfText = try batch.logSumExp(0) - own
        guard let negatives else { return try (imageOfText + batch.logSumExp(1) - own).mean() }
        let absent = try negatives.detached().greater(than: scores.detached().diagonal().unsqueezed(1))
        let generated = try (negatives / temperature).filled(where: absent, with: -.infinity)
        let textOfImage = try Tensor.concatenated([batch, generated], dimension: 1).logSumExp(1) - own
        return try (imageOfText + textOfImage).mean()
    }

    /// Which wrong partners the triplet loss looks at.
    package enum Negatives: Sendable {
        /// All of the batch.
        case all
        /// The one that scores highest.
        case hardest
    }

    /// What is made of the losses of a batch's pairs.
    package enum Reduction: String, Sendable, CaseIterable {
        /// Their sum, as in the authors' programs of VSE++, SCAN, IMRAM and DSRAN.
        case sum
        /// Their mean.
        case mean
    }

    /// The hinge loss, both directions (equations 5 and 6 of VSE++, Faghri et al. 2018): over all negatives of the batch
    /// the sum of hinges, else the hinge of the hardest.
    /// - Parameter excluded: As for `contrastive`.
    package static func triplet(
        _ scores: Tensor, margin: Double, over negatives: Negatives, reduction: Reduction, excluded: Tensor? = nil
    ) throws(TorchError) -> Tensor {
        let size = scores.shape[0]
        let indices = try Tensor.range(size, device: scores.device)
        let diagonal = try indices.unsqueezed(0).equals(indices.unsqueezed(1))
        let positives = try excluded.map { mask throws(TorchError) in try diagonal.or(mask) } ?? diagonal
        let own = try scores.diagonal()
        let imageCost = try (scores - own.unsqueezed(1) + margin).relu().filled(where: positives, with: 0)
        let textCost = try (scores - own.unsqueezed(0) + margin).relu().filled(where: positives, with: 0)
        let costs =
            switch negatives {
            case .all: try imageCost.sum(1) + textCost.sum(0)
            case .hardest: try imageCost.maximum(1) + textCost.maximum(0)
            }
        return switch reduction {
        case .sum: try costs.sum()
        case .mean: try costs.mean()
        }
    }

    /// Where `excluded` of a batch is true: texts of the same image, off the diagonal.
    /// - Parameter images: The image of each pair of the batch.
    /// - Returns: bool `[N, N]`, or nil when every pair has an image of its own.
    package static func sameImageMask(_ images: [Int], device: Device = .cpu) throws(TorchError) -> Tensor? {
        guard Set(images).count < images.count else { return nil }
        let mask = images.indices.flatMap { row in
            images.indices.map { column in row != column && images[row] == images[column] }
        }
        return try Tensor(mask, shape: [images.count, images.count]).to(device: device)
    }
}
