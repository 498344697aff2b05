import Testing

@testable import AsCLBase

@Suite struct SeededGeneratorTests {
    @Test func `the numbers are the published ones`() {
        // From the authors' C code for the state 1, 2, 3, 4.
        var generator = SeededGenerator(state: (1, 2, 3, 4))
        let numbers = (0..<5).map { _ in generator.next() }
        #expect(numbers == [11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360])
        // And splitmix64's for 1234567.
        var mixer = SplitMix(state: 1_234_567)
        #expect([mixer.next(), mixer.next()] == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973])
    }

    @Test func `every counter matters`() {
        let streams: [SeededGenerator] = [
            .init(seed: 1), .init(seed: 2), .init(seed: 1, stream: 0), .init(seed: 1, stream: 1),
            .init(seed: 1, stream: 1, 2), .init(seed: 1, stream: 2, 1), .init(seed: 1, stream: 1, 2, 0),
        ]
        let first = streams.map { (stream: SeededGenerator) in
            var generator = stream
            return generator.next()
        }
        #expect(Set(first).count == streams.count)
        var again = SeededGenerator(seed: 1, stream: 1, 2)
        #expect(again.next() == first[4])
    }

    @Test func `draws stay in their ranges and reach all of them`() {
        var generator = SeededGenerator(seed: 3)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<7000 { counts[generator.below(7)] += 1 }
        // Six standard deviations of a fair draw.
        #expect(counts.allSatisfy { abs($0 - 1000) < 180 })
        #expect((0..<100).allSatisfy { _ in generator.below(1) == 0 })
        let uniform = (0..<4000).map { _ in generator.uniform() }
        #expect(uniform.allSatisfy { (0..<1).contains($0) })
        #expect(abs(uniform.reduce(0, +) / 4000 - 0.5) < 0.03)
    }

    @Test func `shuffle reaches every order`() {
        var generator = SeededGenerator(seed: 4)
        var counts: [[Int]: Int] = [:]
        for _ in 0..<6000 {
            var elements = [0, 1, 2]
            generator.shuffle(&elements)
            counts[elements, default: 0] += 1
        }
        #expect(counts.count == 6)
        #expect(counts.values.allSatisfy { abs($0 - 1000) < 180 })
    }
}
