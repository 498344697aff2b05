import AsCLBase
import RetrievalModels
import Testing
import TextEncoding
import Torch

@testable import RetrievalTraining

@Suite struct ItemDropoutTests {
    private func dropout(regions: Double = 0, words: Double = 0, features: Double = 0) -> ItemDropout {
        var settings = TrainingConfiguration().training
        (settings.regionDropout, settings.wordDropout, settings.featureDropout) = (regions, words, features)
        return ItemDropout(settings)
    }

    @Test func `an image keeps its share of regions, each image its own`() throws {
        var generator = SeededGenerator(seed: 1)
        let kept = try #require(dropout(regions: 0.25).regions(8, images: 50, &generator))
        #expect(kept.allSatisfy { $0.count == 6 && Set($0).count == 6 && $0 == $0.sorted() })
        #expect(Set(kept).count > 10)
        #expect(Set(kept.flatMap(\.self)) == Set(0..<8))
        #expect(try #require(dropout(regions: 0.99).regions(8, images: 2, &generator)).map(\.count) == [1, 1])
        let untouched = generator
        #expect(dropout().regions(8, images: 2, &generator) == nil)
        var (one, other) = (generator, untouched)
        #expect(one.next() == other.next())
    }

    @Test func `regions that are left out are not there`() throws {
        let regions = try Tensor((0..<12).map(Float.init), shape: [2, 3, 2])
        let images = try ImageBatch(regions: regions, globals: .zeros([2, 1])).selecting(regions: [[0, 2], [1, 2]])
        #expect(images.regions.shape == [2, 2, 2])
        #expect(try images.regions.array() == [0, 1, 4, 5, 8, 9, 10, 11] as [Float])
    }

    @Test func `words are left out by their chance, special tokens stay`() throws {
        var generator = SeededGenerator(seed: 2)
        let lengths = [2, 402, 3]
        let rows = try Tensor((0..<407).map(Float.init), shape: [407, 1])
        let texts = try dropout(words: 0.25).words(
            TextBatch(rows: rows, lengths: lengths), lengths.indices, of: lengths, &generator)
        let kept = try texts.rows.array(Float.self)
        #expect(texts.lengths[0] == 2 && texts.lengths[2] >= 2)
        #expect((270...330).contains(texts.lengths[1]))
        #expect(kept == kept.sorted() && Set(kept).count == kept.count)
        #expect(Set<Float>([0, 1, 2, 403, 404, 406]).isSubset(of: Set(kept)))
    }

    @Test func `values are left out by their chance, the others keep the mean, and an image's are its own`() throws {
        var generator = SeededGenerator(seed: 3)
        let drop = dropout(features: 0.25)
        let seeds = try #require(drop.features(images: 2, &generator))
        let images = try ImageBatch(
            regions: .full([2, 30, 40], 3), globals: .full([2, 500], 3), boxes: .full([2, 30, 4], 0.5))
        let left = try drop.features(images, seeds)
        #expect(try left.boxes?.array(Float.self) == images.boxes?.array(Float.self) && left.boxes != nil)
        for values in try [left.regions, left.globals].map({ try $0.array(Float.self) }) {
            #expect(values.allSatisfy { $0 == 0 || $0 == 4 })
            let share = Double(values.count { $0 == 0 }) / Double(values.count)
            #expect((0.2...0.3).contains(share))
        }
        let alone = try ImageBatch(regions: images.regions.sliced(0, 1..<2), globals: images.globals.sliced(0, 1..<2))
        let second = try drop.features(alone, [seeds[1]])
        #expect(try second.regions.array(Float.self) == left.regions.sliced(0, 1..<2).array(Float.self))
        #expect(try second.globals.array(Float.self) != left.globals.sliced(0, 0..<1).array(Float.self))
        let untouched = generator
        #expect(dropout().features(images: 2, &generator) == nil)
        var (one, other) = (generator, untouched)
        #expect(one.next() == other.next())
    }

    @Test(arguments: ["region_dropout", "word_dropout", "feature_dropout"])
    func `a run with it is another, and the same again, and validates on everything`(_ key: String) throws {
        var training = try TinyTraining()
        let plain = try values(training.run(into: "plain").model)
        try training.configuration.apply(overrides: ["training.\(key)=0.5"])
        let first = try training.run(into: "first").model
        #expect(try values(first) != plain)
        #expect(try values(training.run(into: "second").model) == values(first))
        #expect(try training.log("first") == training.log("second"))
    }
}
