/// The rank of one query's best right item, from scores that come one by one in any order.
struct QueryRank: Sendable {
    private let hasRight: Bool
    private var rightToCome: Int
    private var bestRight = -Float.infinity
    /// Wrong items that score no less than `bestRight`, once that is final.
    private var wrongAbove = 0
    /// The scores of wrong items that may yet count: `bestRight` only rises, so whatever is below it now is settled.
    private var undecided: [Float] = []

    init(rightItems: Int) {
        hasRight = rightItems > 0
        rightToCome = rightItems
    }

    /// One for the best, ties counted against the query; nil without a right item.
    var rank: Int? { hasRight ? 1 + wrongAbove : nil }

    /// Scores kept for later.
    var held: Int { undecided.count }

    mutating func addRight(_ score: Float) {
        bestRight = max(bestRight, score)
        rightToCome -= 1
        if rightToCome == 0 {
            wrongAbove = undecided.count { $0 >= bestRight }
            undecided = []
        }
    }

    mutating func addWrong(_ score: Float) {
        guard score >= bestRight else { return }
        if rightToCome == 0 { wrongAbove += 1 } else { undecided.append(score) }
    }
}
