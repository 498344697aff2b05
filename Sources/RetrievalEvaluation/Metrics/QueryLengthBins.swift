package import AsCLBase

/// Text-to-image recall by the caption's number of words (figure 5 of the paper).
package struct QueryLengthBins: Codable, Sendable, Equatable, CustomStringConvertible {
    /// Captions of similar length.
    package struct Bin: Codable, Sendable, Equatable {
        /// The number of words, as text: `7-9`.
        package let words: String
        /// Their recall; nil where no caption has that length.
        package let recall: Recall?
    }

    /// From short to long: at most 6 words, 7 to 9, 10 to 12, 13 to 15, more than 15.
    package let bins: [Bin]

    private static let limits: [(words: String, range: ClosedRange<Int>)] = [
        ("<=6", 0...6), ("7-9", 7...9), ("10-12", 10...12), ("13-15", 13...15), (">15", 16...Int.max),
    ]

    /// The recall of captions whose ranks and numbers of words are given in the same order: all, or a sample.
    package init(ranks: [Int?], wordCounts: [Int]) throws(InputError) {
        guard ranks.count == wordCounts.count else {
            throw InputError(
                place: "query lengths", expected: "\(ranks.count), one for each rank", found: wordCounts.count)
        }
        let queries = Array(zip(ranks, wordCounts))
        bins = Self.limits.map { words, range in
            Bin(words: words, recall: Recall(ranks: queries.filter { range.contains($0.1) }.map(\.0)))
        }
    }

    /// A table for the terminal.
    package var description: String {
        RecallTable(rows: bins.map { ("\($0.words) words", $0.recall) }).lines.joined(separator: "\n")
    }
}
