import AsCLBase
package import RetrievalData
import Torch

extension RetrievalModel {
    /// Fills the dictionary by which the method tells regions apart, if it has one and it holds nothing, before it is trained.
    /// - Parameters:
    ///   - split: The one to be trained on, of whose regions at most 20,000 are looked at.
    ///   - seed: Which.
    package func fillDictionary(from split: RetrievalSplit, seed: UInt64) throws {
        guard let scorer = scorer as? any RegionGuesser, let dictionary = scorer.dictionary, try dictionary.isEmpty
        else { return }
        var generator = SeededGenerator(seed: seed, stream: 0x7265_6769)
        var images = Array(0..<split.imageCount)
        generator.shuffle(&images)
        let count = min(images.count, (Self.regionsLookedAt + split.regionCount - 1) / split.regionCount)
        var regions: [Tensor] = []
        for start in stride(from: 0, to: count, by: 64) {
            let part = try self.images(split, Array(images[start..<min(start + 64, count)]))
            regions.append(try scorer.regions.features(part).reshaped([-1, split.regionDimension]))
        }
        try dictionary.fill(.concatenated(regions), seed: seed)
    }

    private static let regionsLookedAt = 20_000
}

/// A method that guesses masked regions.
protocol RegionGuesser {
    /// What regions are read with.
    var regions: JointRegions { get }
    /// What tells their classes apart where no detector does.
    var dictionary: RegionDictionary? { get }
}

extension UNITER: RegionGuesser {
    var regions: JointRegions { joint.regions }
}

extension LightningDOT: RegionGuesser {}
