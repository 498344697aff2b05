/// How often the right item is among the first, in one direction.
public struct Recall: Codable, Sendable, Equatable {
    /// Queries asked: those that have a right item.
    public let queries: Int
    /// Queries with a right item first, in percent.
    public let r1: Double
    /// Queries with a right item among the first five, in percent.
    public let r5: Double
    /// Queries with a right item among the first ten, in percent.
    public let r10: Double
    /// The rank that half the queries reach.
    public let medianRank: Double

    enum CodingKeys: String, CodingKey {
        case queries, r1, r5, r10
        case medianRank = "median_rank"
    }

    /// The recall of `ranks`; nil where none is a query.
    package init?(ranks: [Int?]) {
        let ranks = ranks.compactMap(\.self).sorted()
        guard !ranks.isEmpty else { return nil }
        func percent(within limit: Int) -> Double { 100 * Double(ranks.count { $0 <= limit }) / Double(ranks.count) }
        queries = ranks.count
        r1 = percent(within: 1)
        r5 = percent(within: 5)
        r10 = percent(within: 10)
        medianRank = Double(ranks[(ranks.count - 1) / 2] + ranks[ranks.count / 2]) / 2
    }

    /// The plain mean of `parts`, at least one, each weighing the same; `queries` is their sum.
    init(meanOf parts: [Recall]) {
        func mean(_ value: KeyPath<Recall, Double>) -> Double {
            parts.reduce(0) { $0 + $1[keyPath: value] } / Double(parts.count)
        }
        queries = parts.reduce(0) { $0 + $1.queries }
        r1 = mean(\.r1)
        r5 = mean(\.r5)
        r10 = mean(\.r10)
        medianRank = mean(\.medianRank)
    }

    var sum: Double { r1 + r5 + r10 }
}
