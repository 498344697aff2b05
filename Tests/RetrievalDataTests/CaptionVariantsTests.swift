import AsCLBase
import RetrievalFixtures
import Testing

@testable import RetrievalData

@Suite struct CaptionVariantsTests {
    @Test(arguments: [
        ("a dog runs on sand", "a dog"), ("a dog runs fast", "a dog"), ("a dog", "a"), ("dog", "dog"),
        ("  two \t cats\nsit  down ", "two cats"),
    ])
    func `a short positive is the first half of its caption`(caption: String, short: String) {
        #expect(CaptionVariants.shortPositive(caption) == short)
    }

    @Test func `a long positive joins two distinct captions`() {
        let captions = ["a", "b", "c"]
        var generator = SeededGenerator(seed: 1)
        var counts: [String: Int] = [:]
        for _ in 0..<6000 {
            counts[CaptionVariants.longPositive(captions: captions, using: &generator), default: 0] += 1
        }
        #expect(Set(counts.keys) == ["a b", "a c", "b a", "b c", "c a", "c b"])
        #expect(counts.values.allSatisfy { abs($0 - 1000) < 180 })
        #expect(CaptionVariants.longPositive(captions: ["one two three"], using: &generator) == "one")
    }

    @Test func `positives are long or short with equal chance`() throws {
        let folder = try DataFolder()
        try folder.scan("test")
        let split = try folder.split("test")
        var generator = SeededGenerator(seed: 2, stream: 1)
        let drawn = (0..<2000).map { _ in CaptionVariants.positive(forCaption: 2, in: split, using: &generator) }
        #expect(Set(drawn) == ["two", "two cats cats  asleep now", "cats  asleep now two cats"])
        #expect(abs(drawn.count { $0 == "two" } - 1000) < 135)
        var again = SeededGenerator(seed: 2, stream: 1)
        #expect(drawn == (0..<2000).map { _ in CaptionVariants.positive(forCaption: 2, in: split, using: &again) })
    }
}
