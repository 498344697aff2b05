import AsCLBase

/// Byte pair encoding: a piece's characters are merged pair by pair, the earliest merge of the list first, as in Hugging
/// Face's `BPE` (Sennrich, Haddow, Birch, ACL 2016).
struct BytePairModel: Sendable {
    /// What a token at a piece's end has behind it.
    let ending: String
    /// The token for characters that the vocabulary has not.
    let unknown: Int32?
    /// Whether several such characters side by side are one.
    let joinsUnknown: Bool
    /// The tokens of single characters, and of those with the ending behind them.
    private var characters: [Unicode.Scalar: Int32] = [:]
    private var lastCharacters: [Unicode.Scalar: Int32] = [:]
    /// The tokens of bytes, which spell unknown characters; empty where the model does not.
    private var bytes: [Int32?] = []
    /// The rank of two tokens' merge, by both numbers, and the token that each merge gives.
    private var ranks: [UInt64: UInt32] = [:]
    private var results: [Int32] = []

    /// A merge of a list: two tokens, and where it stands.
    typealias Merge = (first: String, second: String)

    /// - Parameters:
    ///   - merges: The earliest goes first.
    ///   - place: What to call a merge in a message, by its place in the list.
    /// - Throws: `InputError` where a merge is of tokens that the vocabulary has not.
    init(
        _ vocabulary: TokenNumbers, merges: [Merge], ending: String, unknown: Int32?,
        joinsUnknown: Bool, fallsBackToBytes: Bool, path: String, place: (Int) -> String
    ) throws(InputError) {
        self.ending = ending
        self.unknown = unknown
        self.joinsUnknown = joinsUnknown
        for (token, id) in vocabulary.tokens {
            let scalars = token.unicodeScalars
            guard let first = scalars.first else { continue }
            let rest = scalars.dropFirst()
            if rest.isEmpty { characters[first] = id }
            if rest.elementsEqual(ending.unicodeScalars) { lastCharacters[first] = id }
        }
        if fallsBackToBytes {
            let digits = Array("0123456789ABCDEF")
            bytes = (0..<256).map { vocabulary["<0x\(digits[$0 / 16])\(digits[$0 % 16])>"] }
        }
        ranks.reserveCapacity(merges.count)
        results.reserveCapacity(merges.count)
        for (rank, merge) in merges.enumerated() {
            func number(_ token: String) throws(InputError) -> Int32 {
                guard let id = vocabulary[token] else {
                    throw InputError(
                        path: path, place: place(rank), expected: "two tokens of the vocabulary that make a third",
                        found: "\(token.shownInOneLine), which it has not")
                }
                return id
            }
            let (first, second) = (try number(merge.first), try number(merge.second))
            results.append(try number(merge.first + merge.second))
            ranks[Self.pair(first, second)] = UInt32(rank)
        }
    }

    /// Appends a piece's tokens.
    func append(_ piece: ArraySlice<Unicode.Scalar>, to ids: inout [Int32]) {
        var symbols: [Int32] = []
        symbols.reserveCapacity(piece.count)
        var waiting: Int32?
        for (index, scalar) in zip(piece.indices, piece) {
            let isLast = index == piece.endIndex - 1
            if let id = (isLast ? lastCharacters : characters)[scalar] {
                if let waiting { symbols.append(waiting) }
                waiting = nil
                symbols.append(id)
            } else if let spelling = spelling(scalar, isLast: isLast) {
                symbols += spelling
            } else if let unknown {
                if let waiting, !joinsUnknown { symbols.append(waiting) }
                waiting = unknown
            }
        }
        if let waiting { symbols.append(waiting) }
        ids += merged(symbols)
    }

    /// A character's bytes, where the vocabulary has all of them.
    private func spelling(_ scalar: Unicode.Scalar, isLast: Bool) -> [Int32]? {
        guard !bytes.isEmpty else { return nil }
        var spelling = scalar.utf8.compactMap { bytes[Int($0)] }
        var count = scalar.utf8.count
        if isLast {
            spelling += ending.utf8.compactMap { bytes[Int($0)] }
            count += ending.utf8.count
        }
        return spelling.count == count ? spelling : nil
    }

    /// The symbols after all merges. A queue holds every merge that can be made, so that a text takes n log n steps.
    private func merged(_ symbols: [Int32]) -> [Int32] {
        guard symbols.count > 1 else { return symbols }
        var symbols = symbols
        var next = Array(1...symbols.count)
        var previous = Array(-1..<symbols.count - 1)
        var isGone = [Bool](repeating: false, count: symbols.count)
        var queue = MergeQueue()
        func offer(_ first: Int, _ second: Int) {
            guard let rank = ranks[Self.pair(symbols[first], symbols[second])] else { return }
            queue.insert(UInt64(rank) << 32 | UInt64(first))
        }
        for index in 1..<symbols.count { offer(index - 1, index) }
        while let merge = queue.popFirst() {
            let first = Int(merge & 0xFFFF_FFFF)
            let result = results[Int(merge >> 32)]
            let second = isGone[first] ? symbols.count : next[first]
            // What stands there may have changed since; another pair that gives the same token is as good.
            guard second < symbols.count, let rank = ranks[Self.pair(symbols[first], symbols[second])],
                results[Int(rank)] == result
            else { continue }
            symbols[first] = result
            isGone[second] = true
            next[first] = next[second]
            if next[first] < symbols.count { previous[next[first]] = first }
            if previous[first] >= 0 { offer(previous[first], first) }
            if next[first] < symbols.count { offer(first, next[first]) }
        }
        return zip(symbols, isGone).compactMap { $1 ? nil : $0 }
    }

    private static func pair(_ first: Int32, _ second: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
    }
}
