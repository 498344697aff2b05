import AsCLBase
import RetrievalModels
import TextEncoding
import Torch

/// Whole regions and words that a training step leaves out, as in the size augmentation of VSE-infinity (Chen et al. 2021):
/// what is left out is not there at all, neither as a zero nor in a mean. And single values of features, by ordinary dropout.
struct ItemDropout {
    private let ofRegions, ofWords, ofFeatures: Double

    init(_ settings: TrainingConfiguration.TrainingSection) {
        (ofRegions, ofWords, ofFeatures) = (settings.regionDropout, settings.wordDropout, settings.featureDropout)
    }

    /// What the values that are left out of each image follow from, so that an image's are the same whichever others it is
    /// computed with. Nil where all values stay.
    func features(images: Int, _ generator: inout SeededGenerator) -> [UInt64]? {
        ofFeatures > 0 ? (0..<images).map { _ in generator.next() } : nil
    }

    /// Raw features without the values that are left out, the others scaled up.
    func features(_ images: ImageBatch, _ seeds: [UInt64]) throws -> ImageBatch {
        var (regions, globals): ([Tensor], [Tensor]) = ([], [])
        for seed in seeds {
            let source = try Generator(seed: seed)
            regions.append(try .uniform(Array(images.regions.shape.dropFirst()), 0, 1, generator: source))
            globals.append(try .uniform(Array(images.globals.shape.dropFirst()), 0, 1, generator: source))
        }
        func dropped(_ features: Tensor, _ chances: [Tensor]) throws -> Tensor {
            let mask = try Tensor.stacked(chances).less(than: ofFeatures).to(device: features.device)
            return try features.filled(where: mask, with: 0) / (1 - ofFeatures)
        }
        return try ImageBatch(
            regions: dropped(images.regions, regions), globals: dropped(images.globals, globals), boxes: images.boxes,
            sceneTexts: images.sceneTexts)
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
        let kept = regions.enumerated().flatMap { image, kept in kept.map { image * count + $0 } }
        let places = try Tensor(kept, shape: [kept.count]).to(device: self.regions.device)
        func selected(_ rows: Tensor, _ width: Int) throws -> Tensor {
            try rows.reshaped([-1, width]).indexSelect(places).reshaped([regions.count, -1, width])
        }
        return try ImageBatch(
            regions: selected(self.regions, width), globals: globals, boxes: boxes.map { try selected($0, 4) },
            sceneTexts: sceneTexts)
    }
}
