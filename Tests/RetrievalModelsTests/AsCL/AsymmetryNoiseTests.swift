import AsCLBase
import RetrievalData
import Testing
import TextEncoding
import Torch

@testable import RetrievalModels

@Suite struct AsymmetryNoiseTests {
    static let kinds = AsymmetryNoise.Kind.allCases.filter { $0 != .shuffle }
    /// The third text is `[CLS]` and `[SEP]` alone, the fourth has one word.
    static let lengths = [12, 7, 2, 3, 22]
    static let width = 30

    @Test(arguments: kinds)
    func `special tokens and lengths stay, every word is changed`(_ kind: AsymmetryNoise.Kind) throws {
        let clean = try texts()
        let noisy = try noise([AsymmetryNoise.Kind](repeating: kind, count: 5), on: clean)
        #expect(noisy.lengths == Self.lengths)
        let (before, after) = (try rows(clean), try rows(noisy))
        for text in before.indices {
            #expect(after[text].first == before[text].first)
            #expect(after[text].last == before[text].last)
            let words = SpecialTokenCounts.oneEachSide.words(of: before[text].count)
            #expect(words.isEmpty || after[text][words] != before[text][words], "text \(text)")
        }
    }

    @Test(arguments: kinds)
    func `only the texts of a kind are touched by it`(_ kind: AsymmetryNoise.Kind) throws {
        let clean = try texts()
        let noisy = try noise([.shuffle, kind, .shuffle, .shuffle, .shuffle], on: clean)
        let (before, after) = (try rows(clean), try rows(noisy))
        for text in before.indices {
            #expect((after[text] == before[text]) == (text != 1))
        }
    }

    @Test func `each text has the noise of its own kind`() throws {
        let clean = try texts()
        let noisy = try noise([.tokenCutoff, .gaussian, .dropout, .featureCutoff, .tokenCutoff], on: clean)
        let after = try rows(noisy)
        #expect(after[0].count { $0.allSatisfy { $0 == 0 } } == 2)
        #expect(after[1].allSatisfy { $0.allSatisfy { $0 != 0 } })
        #expect(after[3][1].count { $0 == 0 } == 6)
        #expect(after[4].count { $0.allSatisfy { $0 == 0 } } == 4)
    }

    @Test(arguments: kinds)
    func `a seed gives its noise, another seed another`(_ kind: AsymmetryNoise.Kind) throws {
        let clean = try texts()
        let kinds = [AsymmetryNoise.Kind](repeating: kind, count: 5)
        #expect(try rows(noise(kinds, on: clean, seed: 1)) == rows(noise(kinds, on: clean, seed: 1)))
        #expect(try rows(noise(kinds, on: clean, seed: 1)) != rows(noise(kinds, on: clean, seed: 2)))
    }

    @Test func `token cutoff zeroes its share of the words and leaves the others`() throws {
        let clean = try texts()
        let (before, after) = (
            try rows(clean), try rows(noise([AsymmetryNoise.Kind](repeating: .tokenCutoff, count: 5), on: clean))
        )
        // 0.2 of 10, 5, 0, 1 and 20 words, at least one.
        for (text, expected) in [2, 1, 0, 1, 4].enumerated() {
            let zeroed = after[text].indices.filter { after[text][$0].allSatisfy { $0 == 0 } }
            #expect(zeroed.count == expected)
            for word in after[text].indices where !zeroed.contains(word) {
                #expect(after[text][word] == before[text][word])
            }
        }
    }

    @Test func `feature cutoff zeroes the same features of all words of a text`() throws {
        let clean = try texts()
        let (before, after) = (
            try rows(clean), try rows(noise([AsymmetryNoise.Kind](repeating: .featureCutoff, count: 5), on: clean))
        )
        var cut: [[Int]] = []
        for text in [0, 1, 3, 4] {
            let words = SpecialTokenCounts.oneEachSide.words(of: Self.lengths[text])
            let features = (0..<Self.width).filter { after[text][1][$0] == 0 }
            #expect(features.count == 6)
            for word in words {
                for feature in 0..<Self.width {
                    let expected = features.contains(feature) ? 0 : before[text][word][feature]
                    #expect(after[text][word][feature] == expected)
                }
            }
            cut.append(features)
        }
        #expect(Set(cut).count > 1)
    }

    @Test(arguments: [(5, 0.2, 1), (10, 0.2, 2), (1, 0.2, 1), (4, 0.1, 1), (3, 0.99, 3), (100, 0.25, 25)])
    func `a cutoff takes its share, at least one`(_ count: Int, _ rate: Double, _ expected: Int) {
        #expect(AsymmetryNoise.cutoffCount(count, rate: rate) == expected)
    }

    @Test(arguments: [0.5, 0.2])
    func `dropout zeroes its share of values and scales the others up`(_ probability: Double) throws {
        let clean = try TextBatch(rows: .normal([102, 100], generator: Generator(seed: 3)), lengths: [102])
        var generator = SeededGenerator(seed: 8)
        let noisy = try AsymmetryNoise.apply(
            [.dropout], strength: .init(dropout: probability), to: clean, &generator)
        let (before, after) = (try rows(clean)[0].flatMap(\.self), try rows(noisy)[0].flatMap(\.self))
        let zeros = after.count { $0 == 0 }
        // Six standard deviations of 10,000 draws.
        #expect(abs(Double(zeros) / 10_000 - probability) < 0.03)
        for (old, new) in zip(before, after).dropFirst(100).dropLast(100) where new != 0 {
            #expect(abs(new - old / Float(1 - probability)) <= 1e-5 * abs(new))
        }
    }

    @Test(arguments: [1, 0.25])
    func `gaussian noise is as strong as its text, times the scale`(_ scale: Double) throws {
        // One text is ten times as strong as the other.
        let normal = try Tensor.normal([102, 60], generator: Generator(seed: 3))
        let clean = try TextBatch(
            rows: .concatenated([normal.sliced(0, 0..<51), normal.sliced(0, 51..<102) * 10]), lengths: [51, 51])
        var generator = SeededGenerator(seed: 8)
        let noisy = try AsymmetryNoise.apply(
            [.gaussian, .gaussian], strength: .init(gaussianScale: scale), to: clean, &generator)
        for text in [0, 1] {
            let words = try clean.selecting([text]).rows.sliced(0, 1..<50)
            let added = try noisy.selecting([text]).rows.sliced(0, 1..<50) - words
            let rms = try (words * words).mean().sqrt().item()
            let deviation = try (added * added).mean().sqrt().item()
            #expect(abs(deviation / rms / scale - 1) < 0.08)
            #expect(abs(try added.mean().item()) < 0.1 * deviation)
        }
    }

    @Test func `the strength of gaussian noise is that of the words, whatever the special tokens`() throws {
        let ones = try Tensor.full([40, 60], 1)
        let loud = try Tensor.full([1, 60], 1000)
        let clean = try TextBatch(rows: .concatenated([loud, ones, loud]), lengths: [42])
        let noisy = try noise([.gaussian], on: clean)
        let added = try noisy.rows.sliced(0, 1..<41) - ones
        #expect(abs(try (added * added).mean().sqrt().item() - 1) < 0.08)
    }

    @Test(arguments: kinds)
    func `gradients reach the clean rows through what is left of them`(_ kind: AsymmetryNoise.Kind) throws {
        let clean = try texts()
        try clean.rows.setRequiresGradient(true)
        let noisy = try noise([AsymmetryNoise.Kind](repeating: kind, count: 5), on: clean)
        try noisy.rows.sum().backward()
        let gradient = try #require(clean.rows.gradient).array(Float.self)
        let (before, after) = (try clean.rows.detached().array(Float.self), try noisy.rows.detached().array(Float.self))
        for place in gradient.indices {
            let expected: Float =
                switch kind {
                case .gaussian: 1
                default: after[place] / before[place]
                }
            #expect(abs(gradient[place] - expected) < 1e-4)
        }
    }

    @Test func `shuffling reorders the words between the special tokens`() {
        let tokens: [Int32] = [101, 5, 6, 7, 8, 9, 10, 102]
        var generator = SeededGenerator(seed: 2)
        var orders: Set<[Int32]> = []
        for _ in 0..<20 {
            let shuffled = AsymmetryNoise.shuffled(tokens, &generator)
            #expect(shuffled.first == 101 && shuffled.last == 102)
            #expect(shuffled.sorted() == tokens.sorted())
            orders.insert(shuffled)
        }
        #expect(orders.count > 15)
        var (one, other) = (SeededGenerator(seed: 6), SeededGenerator(seed: 6))
        #expect(AsymmetryNoise.shuffled(tokens, &one) == AsymmetryNoise.shuffled(tokens, &other))
        #expect(AsymmetryNoise.shuffled([101, 102], &one) == [101, 102])
        #expect(AsymmetryNoise.shuffled([101, 5, 102], &one) == [101, 5, 102])
    }

    private func texts() throws -> TextBatch {
        let rows = Self.lengths.reduce(0, +)
        return try TextBatch(rows: .normal([rows, Self.width], generator: Generator(seed: 4)), lengths: Self.lengths)
    }

    private func noise(
        _ kinds: [AsymmetryNoise.Kind], on texts: TextBatch, seed: UInt64 = 1
    ) throws -> TextBatch {
        var generator = SeededGenerator(seed: seed)
        return try AsymmetryNoise.apply(kinds, strength: .init(), to: texts, &generator)
    }

    /// `[texts][words][features]`.
    private func rows(_ texts: TextBatch) throws -> [[[Float]]] {
        let width = texts.rows.shape[1]
        let values = try texts.rows.detached().array(Float.self)
        let starts = texts.offsets
        return texts.lengths.indices.map { text in
            (starts[text]..<starts[text + 1]).map { Array(values[$0 * width..<($0 + 1) * width]) }
        }
    }
}
