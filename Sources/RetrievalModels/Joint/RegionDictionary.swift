import AsCLBase
import Torch
import TorchNN

/// Vectors that stand for regions like them: a region's class is the nearest one. They are the means of k groups of a
/// training split's regions (k-means: 20 rounds from k regions drawn by the seed), and do not change afterwards.
struct RegionDictionary: Sendable {
    /// `[k, R]`.
    let vectors: Tensor

    private static let rounds = 20

    /// Builds it along `vectors`, zeros until `fill`.
    init(_ scope: ParameterScope, count: Int, width: Int) throws(TorchError) {
        vectors = try scope.buffer("vectors", [count, width], .zeros)
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
                let isMember = try Self.nearest(regions, to: means).unsqueezed(0)
                    .equals(Tensor.range(count, device: regions.device).unsqueezed(1)).to(.float32)
                let sizes = try isMember.sum(1, keepingDimensions: true)
                means = try means.where(sizes.equals(0), else: isMember.matmul(regions) / sizes.clamped(min: 1))
            }
            try vectors.copy(from: means)
        }
    }

    private static func nearest(_ regions: Tensor, to vectors: Tensor) throws(TorchError) -> Tensor {
        // |x - d|^2 without |x|^2, which is the same for all.
        let lengths = try (vectors * vectors).sum(1)
        return try (regions.detached().matmul(vectors.transposed()) * 2 - lengths).maximumIndex(1)
    }

    /// Tells this generator's stream apart from those that others draw from the same seed.
    private static let purpose: UInt64 = 0x6469_6374
}
