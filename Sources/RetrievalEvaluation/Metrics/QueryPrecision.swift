/// The first R items of a query that has R right ones, from scores that come one by one in any order.
struct QueryPrecision: ScoredQuery {
    private struct Item {
        let score: Float
        let isRight: Bool

        /// A tie counts against the query: among equal scores the wrong items stand first.
        func precedes(_ other: Item) -> Bool {
            score > other.score || score == other.score && !isRight && other.isRight
        }
    }

    /// R.
    let rightItems: Int
    /// The best that have come, at most R, best first.
    private var best: [Item] = []

    init(rightItems: Int) { self.rightItems = rightItems }

    mutating func addRight(_ score: Float) { add(Item(score: score, isRight: true)) }

    mutating func addWrong(_ score: Float) { add(Item(score: score, isRight: false)) }

    private mutating func add(_ item: Item) {
        if best.count == rightItems {
            guard let last = best.last, item.precedes(last) else { return }
            best.removeLast()
        }
        var (low, high) = (0, best.count)
        while low < high {
            let middle = (low + high) / 2
            if best[middle].precedes(item) { low = middle + 1 } else { high = middle }
        }
        best.insert(item, at: low)
    }

    /// Right items among the first R, by R; nil without a right item.
    var rPrecision: Double? {
        rightItems > 0 ? Double(best.count { $0.isRight }) / Double(rightItems) : nil
    }

    /// The precision at each right item's place among the first R, summed and divided by R; nil without a right item.
    var averagePrecision: Double? {
        guard rightItems > 0 else { return nil }
        var right = 0
        var sum = 0.0
        for (index, item) in best.enumerated() where item.isRight {
            right += 1
            sum += Double(right) / Double(index + 1)
        }
        return sum / Double(rightItems)
    }
}

/// In a row: R, then for each item the score's bits, doubled and with one more for a right item.
extension QueryPrecision {
    init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        rightItems = try values.decode(Int.self)
        while !values.isAtEnd {
            let item = try values.decode(UInt64.self)
            best.append(
                Item(score: Float(bitPattern: UInt32(truncatingIfNeeded: item >> 1)), isRight: item & 1 == 1))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.unkeyedContainer()
        try values.encode(rightItems)
        for item in best { try values.encode(UInt64(item.score.bitPattern) << 1 | (item.isRight ? 1 : 0)) }
    }
}
