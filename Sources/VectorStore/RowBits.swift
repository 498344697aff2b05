/// A bit for each row, by its number.
struct RowBits: Sendable {
    /// Bit n % 64 of word n / 64 is that of row n.
    private(set) var words: [UInt64] = []

    init() {}

    init(words: [UInt64]) { self.words = words }

    /// Zeros for so many rows.
    init(rows: Int) { words = Array(repeating: 0, count: (rows + 63) / 64) }

    /// Whether a row's bit is set; of rows that it does not reach to, none is.
    subscript(row: Int) -> Bool {
        get { row / 64 < words.count && words[row / 64] >> UInt64(row % 64) & 1 == 1 }
        set {
            if row / 64 >= words.count {
                guard newValue else { return }
                words.append(contentsOf: repeatElement(0, count: row / 64 + 1 - words.count))
            }
            let bit: UInt64 = 1 << UInt64(row % 64)
            if newValue { words[row / 64] |= bit } else { words[row / 64] &= ~bit }
        }
    }

    /// Bits that are set, and those of a range of rows.
    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    func count(_ rows: Range<Int>) -> Int { rows.reduce(0) { $0 + (self[$1] ? 1 : 0) } }

    /// The rows whose bits are set, rising.
    var rows: [Int] {
        var rows: [Int] = []
        for (place, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                rows.append(place * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return rows
    }
}
