import AsCLBase
package import RetrievalData
import Torch

extension RetrievalModel {
    /// Fills the dictionary by which the method tells regions apart, if it has one, before it is trained.
    /// - Parameters:
    ///   - split: The one to be trained on, of whose regions at most 20,000 are looked at.
    ///   - seed: Which.
    package func fillDictionary(from split: RetrievalSplit, seed: UInt64) throws {
        let parts: (JointRegions, RegionDictionary?)
        switch scorer {
        case let scorer as UNITER: parts = (scorer.joint.regions, scorer.dictionary)
        case let scorer as LightningDOT: parts = (scorer.regions, scorer.dictionary)
        default: return
        }
        guard let dictionary = parts.1 else { return }
        var generator = SeededGenerator(seed: seed, stream: 0x7265_6769)
        var images = Array(0..<split.imageCount)
        generator.shuffle(&images)
        let count = min(images.count, (Self.regionsLookedAt + split.regionCount - 1) / split.regionCount)
        var regions: [Tensor] = []
        for start in stride(from: 0, to: count, by: 64) {
            let part = try self.images(split, Array(images[start..<min(start + 64, count)]))
            regions.append(try parts.0.features(part).reshaped([-1, split.regionDimension]))
        }
        try dictionary.fill(.concatenated(regions), seed: seed)
    }

    private static let regionsLookedAt = 20_000
}
