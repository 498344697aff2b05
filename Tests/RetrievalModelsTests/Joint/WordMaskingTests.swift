import AsCLBase
import Testing

@testable import RetrievalModels

@Suite struct WordMaskingTests {
    /// Rows 2 and 3 stand around a text, words are 4 to 13.
    private func masked(_ lengths: [Int], seed: UInt64) throws -> (before: [Int], WordMasking) {
        let rows = lengths.flatMap { length in [2] + (0..<max(length - 2, 0)).map { 4 + $0 % 10 } + [3] }
        var generator = SeededGenerator(seed: seed)
        return (rows, WordMasking(rows, lengths: lengths, try UNITERTests.vocabulary(), &generator))
    }

    @Test func `of ordinary words fifteen in a hundred are chosen, eight of ten masked and one made another`() throws {
        let lengths = [Int](repeating: 42, count: 2000)
        let (before, masking) = try masked(lengths, seed: 3)
        #expect(masking.places.allSatisfy { (1..<41).contains($0 % 42) })
        #expect(abs(Double(masking.places.count) / 80_000 - 0.15) < 0.006)
        #expect(masking.answers == masking.places.map { before[$0] })
        let made = masking.places.map { (masking.rows[$0], before[$0]) }
        let (hidden, kept) = (made.count { $0.0 == CutVocabulary.maskRow }, made.count { $0.0 == $0.1 })
        let share = { (count: Int) in Double(count) / Double(made.count) }
        // Another word is the same one in ten.
        #expect(abs(share(hidden) - 0.8) < 0.015 && abs(share(kept) - 0.11) < 0.012)
        #expect(made.allSatisfy { $0.0 == CutVocabulary.maskRow || (4..<14).contains($0.0) })
        // What is not chosen stays.
        let chosen = Set(masking.places)
        #expect(before.indices.allSatisfy { chosen.contains($0) || masking.rows[$0] == before[$0] })
    }

    @Test func `every text has one at least, one without a word its first token`() throws {
        for seed in 0..<40 as Range<UInt64> {
            let (_, masking) = try masked([3, 2, 4, 3], seed: seed)
            for text in [0..<3, 3..<5, 5..<9, 9..<12] { #expect(masking.places.contains { text.contains($0) }) }
            #expect(masking.places.allSatisfy { [1, 3, 4, 6, 7, 10].contains($0) })
        }
    }

    @Test func `a seed gives its choice, another seed another`() throws {
        #expect(try masked([20, 20], seed: 1).1.rows == masked([20, 20], seed: 1).1.rows)
        #expect(try masked([20, 20], seed: 1).1.rows != masked([20, 20], seed: 2).1.rows)
    }
}
