/// The words of one text, as UTF-8 laid end to end: one buffer a text instead of one string a word.
struct WordBuffer {
    private(set) var bytes: [UInt8] = []
    /// Words between blanks that hold more than punctuation.
    private(set) var wordCount = 0
    /// Where each closed word ends in `bytes`.
    private var ends: [Int] = []
    private var isInsideWord = false

    /// Ranges of `bytes`, one for each word or punctuation mark.
    var words: [Range<Int>] { zip([0] + ends, ends).map { $0..<$1 } }

    /// Makes room for a text of `count` bytes.
    mutating func reserve(_ count: Int) {
        bytes.reserveCapacity(bytes.count + count)
        ends.reserveCapacity(ends.count + count / 2)
    }

    /// Grows the open word by one byte of its UTF-8.
    mutating func append(_ byte: UInt8) {
        bytes.append(byte)
        isInsideWord = true
    }

    /// Adds a mark that is a token of its own.
    mutating func append(punctuation: some Sequence<UInt8>) {
        closeToken()
        bytes.append(contentsOf: punctuation)
        closeToken()
    }

    /// Ends the open word at a blank or at the end of the text.
    mutating func closeWord() {
        closeToken()
        if isInsideWord { wordCount += 1 }
        isInsideWord = false
    }

    private mutating func closeToken() {
        if bytes.count > ends.last ?? 0 { ends.append(bytes.count) }
    }
}
