import Torch

/// How far a text's words are from an image's regions by optimal transport, the proximal point method IPOT (Xie et al. 2018)
/// as in UNITER's alignment of words and regions. With the cost C_jk = 1 - cos(w_j, r_k) of L words and K regions,
///
///     A = exp(-C^T / 0.5),  G = 1 [K, L],  sigma = 1/L;   50 times:
///     Q = A * G,  delta = 1 / (K Q sigma),  sigma = 1 / (L Q^T delta),  G = diag(delta) Q diag(sigma)
///     d = sum_jk C_jk G_kj,  no gradient through G
enum Transport {
    private static let rounds = 50
    private static let softness = 0.5

    /// d `[pairs]` of words `[pairs, L, H]` and regions `[pairs, K, H]`; where anything is NaN, so is d.
    /// - Parameter lengths: Words of each text; the others are padding.
    static func distances(_ words: Tensor, _ regions: Tensor, lengths: [Int]) throws(TorchError) -> Tensor {
        let most = words.shape[1]
        let shares = lengths.flatMap { length in (0..<most).map { $0 < length ? 1 / Float(length) : 0 } }
        let share = try Tensor(shares, shape: [lengths.count, most]).to(device: words.device)
        let (unitWords, unitRegions) = try (words.to(.float32).normalized(-1), regions.to(.float32).normalized(-1))
        // Regions by rows, as in G.
        let cosines = try unitRegions.matmul(unitWords.transposed())
        let cost = try (1 - cosines).filled(where: share.equals(0).unsqueezed(1), with: 0)
        return try (cost * plan(cost.detached(), share)).sum(1, 2)
    }

    /// G `[pairs, K, L]`.
    /// - Parameters:
    ///   - cost: C^T.
    ///   - share: One over the text's length at its words, zero at padding: `[pairs, L]`.
    static func plan(_ cost: Tensor, _ share: Tensor) throws(TorchError) -> Tensor {
        try withoutGradients { () throws(TorchError) in
            let padding = try share.equals(0)
            let likeness = try (cost * (-1 / softness)).exp().filled(where: padding.unsqueezed(1), with: 0)
            var plan = try Tensor.full(cost.shape, 1, device: cost.device)
            var sigma = share
            let portion = try Tensor.full([], 1 / Double(cost.shape[1]), device: cost.device)
            for _ in 0..<rounds {
                let mass = try likeness * plan
                let delta = try portion / mass.matmul(sigma.unsqueezed(-1))
                sigma = try share / (mass * delta).sum(1).filled(where: padding, with: 1)
                plan = try delta * mass * sigma.unsqueezed(1)
            }
            return plan
        }
    }
}
