import AsCLBase
import RetrievalModels
import TextEncoding
import Torch

/// Whole regions and words that a training step leaves out, as in the size augmentation of VSE-infinity (Chen et al. 2021):
/// what is left out is not there at all, neither as a zero nor in a mean.
struct ItemDropout {
    private let ofRegions, ofWords: Double

    init(_ settings: TrainingConfiguration.TrainingSection) {
        (ofRegions, ofWords) = (settings.regionDropout, settings.wordDropout)
    }

    /// The regions that each image keeps, in order: equally many, at least one. Nil where all are kept.
    func regions(_ count: Int, images: Int, _ generator: inout SeededGenerator) -> [[Int]]? {
        let kept = max(1, count - Int((Double(count) * ofRegions).rounded()))
        guard kept < count else { return nil }
        return (0..<images).map { _ in
            var order = Array(0..<count)
            generator.shuffle(&order)
            return order.prefix(kept).sorted()
        }
    }

    /// Texts without the words that are left out, each by chance; the two special tokens stay.
    /// - Parameters:
    ///   - texts: The texts `own` of a batch.
    ///   - lengths: Words of all texts of the batch: chance is drawn for all of them.
    func words(
        _ texts: TextBatch, _ own: Range<Int>, of lengths: [Int], _ generator: inout SeededGenerator
    ) throws -> TextBatch {
        guard ofWords > 0 else { return texts }
        var kept: [[Int]] = []
        for length in lengths {
            kept.append(
                (0..<length).filter { word in
                    word == 0 || word == length - 1 || generator.uniform() >= ofWords
                })
        }
        let rows = zip(texts.offsets, kept[own]).flatMap { start, words in words.map { start + $0 } }
        let places = try Tensor(rows, shape: [rows.count]).to(device: texts.rows.device)
        return try TextBatch(rows: texts.rows.indexSelect(places), lengths: kept[own].map(\.count))
    }
}

extension ImageBatch {
    /// The images with some of their regions, equally many each.
    func selecting(regions: [[Int]]) throws -> ImageBatch {
        let (count, width) = (self.regions.shape[1], self.regions.shape[2])
        let places = regions.enumerated().flatMap { image, kept in kept.map { image * count + $0 } }
        let rows = try self.regions.reshaped([-1, width])
            .indexSelect(Tensor(places, shape: [places.count]).to(device: self.regions.device))
        return try ImageBatch(regions: rows.reshaped([regions.count, -1, width]), globals: globals)
    }
}
