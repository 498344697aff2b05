package import Torch
package import TorchNN

extension AsCLConfiguration {
    /// AsCL of this shape.
    package func build(_ scope: ParameterScope) throws(TorchError) -> any PairScorer { try AsCLModel(scope, self) }
}

extension AsCLModel: PairScorer {
    /// The same as `configuration`.
    package var modelConfiguration: any ModelConfiguration { configuration }

    /// Images one batch after the other.
    package static func joined(_ batches: [ScorableImages]) throws(TorchError) -> ScorableImages {
        try .joined(batches)
    }

    /// Large blocks of images make captions scorable fewer times: as large as memory allows, and not so large that a block
    /// takes more than some seconds. Operators keep what the kernel does not.
    package func blockSize(
        images: Int, texts: Int, regions: Int, words: Int, on device: Device, in precision: Precision
    ) -> (images: Int, texts: Int) {
        guard isFused(on: device, in: precision) else { return device == .cpu ? (128, 640) : (512, 2560) }
        func even(_ count: Int, _ bytes: Int, budget: Int, most: Int) -> Int {
            let fitting = min(max(budget / bytes, 16), most)
            let blocks = (count + fitting - 1) / fitting
            return (count + blocks - 1) / max(blocks, 1)
        }
        return (
            even(images, scorableBytes(rows: regions, in: precision), budget: 2_500 << 20, most: 4096),
            // Of captions the tables count, which are in float32 while they are made.
            even(texts, scorableBytes(rows: words, in: .fp32), budget: 192 << 20, most: 1024)
        )
    }

    /// Its tables.
    package func scorableBytes(regions: Int, in precision: Precision) -> Int {
        scorableBytes(rows: regions, in: precision)
    }

    /// The kernel also computes in 16-bit integers.
    package func supports(_ precision: Precision, on device: Device) -> Bool {
        precision != .int16 || isFused(on: device, in: precision)
    }
}
