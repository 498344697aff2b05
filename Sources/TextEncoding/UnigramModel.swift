/// SentencePiece's unigram model: of all ways to cut a text into pieces the one with the highest sum of scores
/// (Kudo, ACL 2018).
struct UnigramModel: Sendable {
    private let trie: ByteTrie
    private let scores: [Float]
    private let isUserDefined: [Bool]
    /// The piece for characters that no piece spells.
    let unknown: Int32
    private let unknownScore: Float

    init(_ pieces: [SentencePieceFile.Piece], unknown: Int32) {
        var trie = ByteTrie()
        for (id, piece) in pieces.enumerated() where piece.kind == .normal || piece.kind == .userDefined {
            trie.insert(piece.text, token: Int32(id))
        }
        self.trie = trie
        self.unknown = unknown
        scores = pieces.map(\.score)
        isUserDefined = pieces.map { $0.kind == .userDefined }
        let lowest = pieces.lazy.filter { $0.kind == .normal }.map(\.score).min()
        unknownScore = (lowest ?? .greatestFiniteMagnitude) - 10
    }

    /// The pieces of a normalised text, UTF-8; characters side by side that are unknown are one.
    func pieces(of text: [UInt8]) -> [Int32] {
        /// The best way up to a place: its last piece, where that begins, and the sum of scores.
        struct Way {
            var piece: Int32 = -1
            var start = -1
            var score: Float = 0
        }
        var ways = [Way](repeating: Way(), count: text.count + 1)
        var start = 0
        while start < text.count {
            let score = ways[start].score
            let length = Self.characterLength(text[start...])
            var isSpelt = false
            // In float32, as SentencePiece does: which of two equal ways is taken hangs on how sums are rounded.
            func offer(_ piece: Int32, _ length: Int, _ pieceScore: Float) {
                let sum = pieceScore + score
                guard ways[start + length].start < 0 || sum > ways[start + length].score else { return }
                ways[start + length] = Way(piece: piece, start: start, score: sum)
            }
            trie.forEachMatch(in: text[start...]) { piece, pieceLength in
                // A piece of the user's is always worth more than what spells it.
                offer(piece, pieceLength, isUserDefined[Int(piece)] ? -0.1 : scores[Int(piece)])
                if pieceLength == length { isSpelt = true }
            }
            if !isSpelt { offer(unknown, length, unknownScore) }
            start += length
        }
        var pieces: [Int32] = []
        var end = text.count
        while end > 0 {
            let way = ways[end]
            if way.piece != unknown || pieces.last != unknown { pieces.append(way.piece) }
            end = way.start
        }
        return pieces.reversed()
    }

    /// The bytes of the first character.
    static func characterLength(_ text: ArraySlice<UInt8>) -> Int {
        guard let first = text.first else { return 0 }
        let length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        return min(length, text.count)
    }
}
