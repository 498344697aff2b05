import AsCLBase
import Torch
import TorchNN

/// Vectors that stand for regions, or cells of a grid, like them: a region's discrete token is the nearest one. They come
/// about in one of two ways:
///
/// - as the means of k groups of a training split's regions (k-means: 20 rounds from k regions drawn by the seed), which do
///   not change afterwards: `fill`;
/// - as a moving average while a model learns (van den Oord et al. 2017, appendix A.1; SOHO): `update`.
struct RegionDictionary: Sendable {
    /// d `[k, R]`.
    let vectors: Tensor
    /// n `[k]` and m `[k, R]`: how many regions each vector stands for, and their sum, both averaged over steps.
    private let moving: (counts: Tensor, sums: Tensor)?

    private static let rounds = 20
    private static let smoothing = 1e-5
    /// Regions a step, on the average, below which an entry stands for none.
    private static let dead = 0.01

    /// Builds it along `vectors`, which are zeros until `fill`; or normal, with `counts` and `sums`, where it moves.
    init(_ scope: ParameterScope, count: Int, width: Int, moves: Bool = false) throws(TorchError) {
        vectors = try scope.buffer("vectors", [count, width], moves ? .normal(1) : .zeros)
        moving =
            moves
            ? (try scope.buffer("counts", [count], .zeros), try scope.buffer("sums", [count, width], .zeros)) : nil
    }

    /// Whether it has not been filled.
    var isEmpty: Bool { get throws(TorchError) { try (vectors * vectors).sum().item() == 0 } }

    /// The number of the nearest vector to each region, int64 `[regions]` of `[regions, R]`.
    func nearest(_ regions: Tensor) throws(TorchError) -> Tensor { try Self.nearest(regions, to: vectors) }

    /// Takes up the means of groups of regions `[regions, R]`. A group that becomes empty keeps its vector.
    func fill(_ regions: Tensor, seed: UInt64) throws(TorchError) {
        var generator = SeededGenerator(seed: seed, stream: Self.purpose)
        var order = Array(0..<regions.shape[0])
        generator.shuffle(&order)
        let count = vectors.shape[0]
        // Fewer regions than groups: some vectors are the same, and the first of them is the nearest.
        let first = (0..<count).map { order[$0 % order.count] }
        try withoutGradients { () throws(TorchError) in
            var means = try regions.indexSelect(Tensor(first, shape: [count]).to(device: regions.device))
            for _ in 0..<Self.rounds {
                let isMember = try Self.members(Self.nearest(regions, to: means), of: count)
                let sizes = try isMember.sum(1, keepingDimensions: true)
                means = try means.where(sizes.equals(0), else: isMember.matmul(regions) / sizes.clamped(min: 1))
            }
            try vectors.copy(from: means)
        }
    }

    /// A step of the moving average. With g the decay, and a_i the token of region x_i by the vectors before,
    ///
    ///     n_j <- g n_j + (1 - g) #{i: a_i = j},   m_j <- g m_j + (1 - g) sum of x_i with a_i = j,   N = sum of n
    ///     d_j <- m_j / ( N (n_j + 1e-5) / (N + k 1e-5) )
    ///
    /// - Parameters:
    ///   - regions: x `[regions, R]`.
    ///   - tokens: a `[regions]`.
    func update(_ regions: Tensor, tokens: Tensor, decay: Double) throws(TorchError) {
        guard let moving else { throw TorchError(operation: "dictionary", reason: "expected one that moves") }
        try withoutGradients { () throws(TorchError) in
            let count = vectors.shape[0]
            let isMember = try Self.members(tokens, of: count)
            let (counts, sums) = moving
            try counts.copy(from: counts * decay + isMember.sum(1) * (1 - decay))
            try sums.copy(from: sums * decay + isMember.matmul(regions.detached().to(.float32)) * (1 - decay))
            let all = try counts.sum()
            let share = try (counts + Self.smoothing) / (all + Double(count) * Self.smoothing)
            try vectors.copy(from: sums / (all * share).unsqueezed(1))
        }
    }

    /// Of an average that moves, how many entries stand for no region any more; 0 of one that does not.
    func deadCount() throws(TorchError) -> Int {
        guard let moving else { return 0 }
        return try moving.counts.to(device: .cpu).array(Float.self).count { Double($0) < Self.dead }
    }

    /// Which regions are whose, 1 or 0, `[k, regions]`.
    private static func members(_ tokens: Tensor, of count: Int) throws(TorchError) -> Tensor {
        try tokens.unsqueezed(0).equals(Tensor.range(count, device: tokens.device).unsqueezed(1)).to(.float32)
    }

    private static func nearest(_ regions: Tensor, to vectors: Tensor) throws(TorchError) -> Tensor {
        // |x - d|^2 without |x|^2, which is the same for all.
        let lengths = try (vectors * vectors).sum(1)
        return try (regions.detached().matmul(vectors.transposed()) * 2 - lengths).maximumIndex(1)
    }

    /// Tells this generator's stream apart from those that others draw from the same seed.
    private static let purpose: UInt64 = 0x6469_6374
}
