/// A word of a sentence as it was typed, and the tokens that the encoder reads of it.
package struct SentenceWord: Sendable, Equatable {
    /// Where it stands in the sentence.
    package let range: Range<String.Index>
    /// The places of its tokens, at least one.
    package let tokens: Range<Int>

    /// The parts as they are.
    package init(range: Range<String.Index>, tokens: Range<Int>) {
        self.range = range
        self.tokens = tokens
    }

    /// Where the words of a sentence stand, whatever the tokenizer: runs of letters and digits with the apostrophes inside
    /// them. Ideographs and other marks stand alone; blanks are in none.
    static func ranges(in text: String) -> [Range<String.Index>] {
        var ranges: [Range<String.Index>] = []
        var start: String.Index?
        for index in text.indices {
            let (character, next) = (text[index], text.index(after: index))
            let isInside =
                character.isPartOfWord
                || character.isApostrophe && start != nil && next < text.endIndex && text[next].isPartOfWord
            if isInside {
                start = start ?? index
                continue
            }
            if let first = start { ranges.append(first..<index) }
            start = nil
            if !character.isWhitespace { ranges.append(index..<next) }
        }
        return start.map { ranges + [$0..<text.endIndex] } ?? ranges
    }
}

extension Character {
    fileprivate var isApostrophe: Bool { self == "'" || self == "\u{2019}" }

    fileprivate var isPartOfWord: Bool {
        (isLetter || isNumber) && unicodeScalars.first?.properties.isIdeographic == false
    }
}
