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
            regions.append(try scorer.looks(part).reshaped([-1, split.regionDimension]))
        }
        try dictionary.fill(.concatenated(regions), seed: seed)
    }

    private static let regionsLookedAt = 20_000

    /// Of a dictionary that moves while the model learns, how many entries stand for nothing that it reads: fewer than one
    /// region in a hundred steps is nearest to them. Nil where the model has none.
    package func deadEntries() throws -> (dead: Int, of: Int)? {
        guard let dictionary = (scorer as? SOHO)?.cells.dictionary else { return nil }
        return (try dictionary.deadCount(), dictionary.vectors.shape[0])
    }
}

/// A method that guesses masked regions by a dictionary that does not change.
protocol RegionGuesser {
    /// Features `[images, K, R]` of regions, as the dictionary tells them apart.
    func looks(_ images: ImageBatch) throws(TorchError) -> Tensor

    /// What tells their classes apart where nobody else does.
    var dictionary: RegionDictionary? { get }
}

extension UNITER: RegionGuesser {
    func looks(_ images: ImageBatch) throws(TorchError) -> Tensor { try joint.regions.features(images) }
}

extension LightningDOT: RegionGuesser {
    func looks(_ images: ImageBatch) throws(TorchError) -> Tensor { try regions.features(images) }
}
