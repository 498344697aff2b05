/// The words of one text, as UTF-8 laid end to end: one buffer a text instead of one string a word.
struct WordBuffer {
    private(set) var bytes: [UInt8] = []
    /// Where each closed word ends in `bytes`.
    private var ends: [Int] = []

    /// Ranges of `bytes`, one for each word or punctuation mark.
    var words: [Range<Int>] { zip([0] + ends, ends).map { $0..<$1 } }

    /// Makes room for a text of `count` bytes.
    mutating func reserve(_ count: Int) {
        bytes.reserveCapacity(bytes.count + count)
        ends.reserveCapacity(ends.count + count / 2)
    }

    /// Grows the open word by one byte of its UTF-8.
    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    /// Adds a mark that is a token of its own.
    mutating func append(punctuation: some Sequence<UInt8>) {
        closeWord()
        bytes.append(contentsOf: punctuation)
        closeWord()
    }

    /// Ends the open word, if there is one.
    mutating func closeWord() {
        if bytes.count > ends.last ?? 0 { ends.append(bytes.count) }
    }
}
