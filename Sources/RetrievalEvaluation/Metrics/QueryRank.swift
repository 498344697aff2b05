import Foundation

/// The rank of one query's best right item, from scores that come one by one in any order.
struct QueryRank: ScoredQuery {
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

/// In a row: numbers, the score's bits, and the bytes of all held scores, of which there may be millions.
extension QueryRank {
    init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        hasRight = try values.decode(Int.self) != 0
        rightToCome = try values.decode(Int.self)
        bestRight = Float(bitPattern: try values.decode(UInt32.self))
        wrongAbove = try values.decode(Int.self)
        guard !values.isAtEnd else { return }
        let bytes = try values.decode(Data.self)
        undecided = stride(from: 0, to: bytes.count - 3, by: 4).map { start in
            bytes.withUnsafeBytes { Float(bitPattern: $0.loadUnaligned(fromByteOffset: start, as: UInt32.self)) }
        }
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.unkeyedContainer()
        try values.encode(hasRight ? 1 : 0)
        try values.encode(rightToCome)
        try values.encode(bestRight.bitPattern)
        try values.encode(wrongAbove)
        if !undecided.isEmpty { try values.encode(undecided.withUnsafeBytes { Data($0) }) }
    }
}
