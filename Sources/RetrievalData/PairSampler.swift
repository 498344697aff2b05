import AsCLBase

/// The order in which an epoch sees the (image, caption) pairs: each once, shuffled anew every epoch.
package struct PairSampler: Sendable {
    /// Number of (image, caption) pairs, which is that of the captions.
    package let pairCount: Int
    /// Pairs in a batch.
    package let batchSize: Int
    private let seed: UInt64

    /// Tells this generator's stream apart from those that others draw from the same seed.
    private static let purpose: UInt64 = 0x7061_6972_7321

    /// A sampler over the pairs `0 ..< pairCount` (a pair is named by its caption); `batchSize` is at least two.
    package init(pairCount: Int, batchSize: Int, seed: UInt64) {
        precondition(batchSize >= 2, "a batch of \(batchSize) has no negatives")
        self.pairCount = pairCount
        self.batchSize = batchSize
        self.seed = seed
    }

    /// Batches in an epoch. A last batch of one pair would have no negatives and is left out of its epoch.
    package var stepsPerEpoch: Int { pairCount / batchSize + (pairCount % batchSize >= 2 ? 1 : 0) }

    /// The caption indices of every batch of an epoch, a function of the seed and the epoch alone.
    package func batches(epoch: Int) -> [[Int]] {
        var order = Array(0..<pairCount)
        var generator = SeededGenerator(seed: seed, stream: Self.purpose, UInt64(epoch))
        generator.shuffle(&order)
        return (0..<stepsPerEpoch).map { step in
            Array(order[step * batchSize..<min((step + 1) * batchSize, pairCount)])
        }
    }
}
