import AsCLBase
import Testing
import Torch

@testable import RetrievalModels

@Suite struct AgreementFilterTests {
    /// Pairs that agree so well.
    private func keys(_ agreements: [Float]) throws -> PairKeys {
        let images = try Tensor(agreements.flatMap { [$0, 0.5] }, shape: [agreements.count, 2])
        let texts = try Tensor(agreements.flatMap { _ in [1, 0] as [Float] }, shape: [agreements.count, 2])
        return PairKeys(images: images, texts: texts, owners: Array(agreements.indices))
    }

    @Test func `mean and variance follow slowly, the first as they are`() throws {
        let filter = try AgreementFilter(decay: 0.9)
        try filter.add(keys([0.2, 0.4]))
        #expect(try Plain.distance(filter.state, [[0.3, 0.01, 1]]) < 1e-6)
        try filter.add(keys([0.5, 0.9]))
        #expect(try Plain.distance(filter.state, [[0.9 * 0.3 + 0.1 * 0.7, 0.9 * 0.01 + 0.1 * 0.04, 2]]) < 1e-6)
    }

    @Test func `pairs two deviations below the mean go`() throws {
        let filter = try AgreementFilter(decay: 0.9)
        #expect(try filter.kept(keys([-1, 0, 1])) == [0, 1, 2], "nothing is known yet")
        try filter.add(keys([0.4, 0.6]))
        #expect(try filter.kept(keys([0.31, 0.29, 0.9, -0.5])) == [0, 2])
        // A step needs something to learn from.
        #expect(try filter.kept(keys([-0.5, -0.2, -0.9])) == [1])
    }

    @Test func `of pairs that all agree alike none goes`() throws {
        let filter = try AgreementFilter(decay: 0.99)
        for _ in 0..<300 {
            #expect(try filter.kept(keys([0.7, 0.7, 0.7])) == [0, 1, 2])
            try filter.add(keys([0.7, 0.7, 0.7]))
        }
    }
}

@Suite struct MaskedPatchesTests {
    @Test(arguments: [1, 4, 9, 16, 36, 49, 196, 7, 35])
    func `two fifths of the patches are masked`(_ count: Int) {
        var generator = SeededGenerator(seed: 2)
        var times = [Int](repeating: 0, count: count)
        for _ in 0..<300 {
            let chosen = MaskedPatches.chosen(of: count, &generator)
            #expect(chosen.count == max(count * 2 / 5, 1) && Set(chosen).count == chosen.count)
            #expect(chosen == chosen.sorted() && chosen.allSatisfy((0..<count).contains))
            for patch in chosen { times[patch] += 1 }
        }
        #expect(times.allSatisfy { $0 > 10 }, "\(times)")
    }

    /// How many of the pairs of cells that touch are both masked, or both not.
    @Test func `patches of a grid are masked in blocks`() {
        var generator = SeededGenerator(seed: 2)
        var (alike, all) = (0, 0)
        for _ in 0..<100 {
            let chosen = Set(MaskedPatches.chosen(of: 49, &generator))
            for cell in 0..<49 where cell % 7 < 6 {
                all += 1
                if chosen.contains(cell) == chosen.contains(cell + 1) { alike += 1 }
            }
        }
        // 52 % by chance.
        #expect(alike * 100 > all * 70, "\(alike) of \(all)")
    }
}
