package import Torch
import TorchNN

/// Tells pairs that hardly agree from the others: COTS's adaptive momentum filter. With c_i = k^I_i . k^T_i and m the decay
/// of the momentum copies, each step takes in the mean and the variance of its pairs,
///
///     mu <- m mu + (1 - m) mean c,    v <- m v + (1 - m) variance of c
///
/// (the first step's are taken as they are), and pairs with c_i < mu - 2 sqrt(v) are left out.
package struct AgreementFilter: Sendable {
    /// `[3]`: mu, v, and the steps that they are of.
    let state: Tensor
    private let decay: Double

    package init(decay: Double, device: Device = .cpu) throws(TorchError) {
        self.decay = decay
        state = try .zeros([3], device: device)
    }

    /// The pairs that stay, ascending: at least the one that agrees best.
    package func kept(_ keys: PairKeys) throws(TorchError) -> [Int] {
        let (values, agreements) = (try numbers(), try Self.agreements(keys))
        guard values[2] > 0 else { return Array(agreements.indices) }
        // What rounding makes of equal numbers drops none.
        let least = values[0] - 2 * values[1].squareRoot() - Self.rounding
        let kept = agreements.indices.filter { agreements[$0] >= least }
        guard kept.isEmpty else { return kept }
        return agreements.indices.max { agreements[$0] < agreements[$1] }.map { [$0] } ?? []
    }

    /// Takes a step's pairs in, those left out too.
    package func add(_ keys: PairKeys) throws(TorchError) {
        let agreements = try Self.agreements(keys)
        let mean = agreements.reduce(0, +) / Float(agreements.count)
        let variance = agreements.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(agreements.count)
        let (values, part) = (try numbers(), Float(1 - decay))
        let share = values[2] > 0 ? part : 1
        let new = [values[0] + share * (mean - values[0]), values[1] + share * (variance - values[1]), values[2] + 1]
        try state.copy(from: Tensor(new, shape: [3]))
    }

    private func numbers() throws(TorchError) -> [Float] { try state.to(device: .cpu).array(Float.self) }

    private static func agreements(_ keys: PairKeys) throws(TorchError) -> [Float] {
        try (keys.images * keys.texts).sum(1).to(device: .cpu).array(Float.self)
    }

    private static let rounding: Float = 1e-5
}
