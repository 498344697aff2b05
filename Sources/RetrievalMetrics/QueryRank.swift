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

/// As numbers in a row, scores as their bits: exact, and short where there are 600,000 of them.
extension QueryRank: Codable {
    init(from decoder: any Decoder) throws {
        var numbers = try decoder.unkeyedContainer()
        hasRight = try numbers.decode(Int.self) != 0
        rightToCome = try numbers.decode(Int.self)
        bestRight = Float(bitPattern: try numbers.decode(UInt32.self))
        wrongAbove = try numbers.decode(Int.self)
        while !numbers.isAtEnd { undecided.append(Float(bitPattern: try numbers.decode(UInt32.self))) }
    }

    func encode(to encoder: any Encoder) throws {
        var numbers = encoder.unkeyedContainer()
        try numbers.encode(hasRight ? 1 : 0)
        try numbers.encode(rightToCome)
        try numbers.encode(bestRight.bitPattern)
        try numbers.encode(wrongAbove)
        for score in undecided { try numbers.encode(score.bitPattern) }
    }
}
