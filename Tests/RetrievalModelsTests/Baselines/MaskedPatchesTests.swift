import AsCLBase
import Testing

@testable import RetrievalModels

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
