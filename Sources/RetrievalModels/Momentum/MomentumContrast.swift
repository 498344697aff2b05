package import Torch

/// Pairs told apart from the pairs of a queue, by keys that a slower copy of the model made (He et al. 2020; of two sides as
/// in COTS and LexLIP). Of pair i with the vectors f^I, f^T, its keys k^I, k^T, those of the batch's other pairs K_I, K_T
/// and the queues Q_I, Q_T,
///
///     p^T = softmax over [k^T_i, K_T, Q_T] of f^I_i . / tau,    p^I = softmax over [k^I_i, K_I, Q_I] of f^T_i . / tau
///
/// over the same pairs in both. Keys of the image's own other pairs take no part, nor do empty entries. The papers have no K;
/// with older keys alone a small model learnt next to nothing.
package struct MomentumContrast {
    /// `[pairs, 1 + pairs + q]`, one's own key first: what is taken the softmax of.
    private let ofImages, ofTexts: Tensor

    /// - Parameters:
    ///   - images: f^I `[pairs, D]`.
    ///   - texts: f^T `[pairs, D]`.
    package init(
        images: Tensor, texts: Tensor, _ keys: PairKeys, _ queue: PairQueue?, temperature: Double
    ) throws(TorchError) {
        let owners = try Tensor(keys.owners, shape: [keys.owners.count]).to(device: images.device)
        let ofBatch = try owners.unsqueezed(0).equals(owners.unsqueezed(1))
        let ofQueue = try queue?.isLeftOut(keys.owners)
        let isLeftOut = try Tensor.concatenated([ofBatch] + [ofQueue].compactMap(\.self), dimension: 1)
        func logits(_ queries: Tensor, _ own: Tensor, _ earlier: Tensor?) throws(TorchError) -> Tensor {
            let right = try (queries * own).sum(1, keepingDimensions: true)
            let all = try Tensor.concatenated([own] + [earlier].compactMap(\.self))
            let wrong = try queries.matmul(all.transposed()) / temperature
            // A finite number, for the difference of two infinite ones would be none.
            return try .concatenated([right / temperature, wrong.filled(where: isLeftOut, with: -1e9)], dimension: 1)
        }
        ofImages = try logits(images, keys.texts, queue?.texts)
        ofTexts = try logits(texts, keys.images, queue?.images)
    }

    /// The mean over pairs of -log p^T_i[0] - log p^I_i[0].
    package func entropy() throws(TorchError) -> Tensor {
        func missed(_ logits: Tensor) throws(TorchError) -> Tensor {
            try logits.logSumExp(1) - logits.selected(1, 0)
        }
        return try (missed(ofImages) + missed(ofTexts)).mean()
    }

    /// The mean over pairs of KL(p^T_i || p^I_i) + KL(p^I_i || p^T_i): the two directions are to agree.
    package func divergence() throws(TorchError) -> Tensor {
        let (first, second) = (try Self.logarithms(ofImages), try Self.logarithms(ofTexts))
        return try ((first.exp() - second.exp()) * (first - second)).sum(1).mean()
    }

    private static func logarithms(_ logits: Tensor) throws(TorchError) -> Tensor {
        try logits - logits.logSumExp(1).unsqueezed(1)
    }
}
