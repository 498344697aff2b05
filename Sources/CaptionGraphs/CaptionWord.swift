/// A word of a caption as it is compared: in lower case, without punctuation.
struct CaptionWord: Sendable, Equatable {
    let text: String
    /// Where it stands in the caption: bytes of UTF-8.
    let bytes: Range<Int>
    /// Whether a comma or another mark parts it from the word before.
    let isParted: Bool

    /// The words of a caption. Letters, digits, and hyphens and apostrophes between them make a word; a possessor loses its
    /// "'s".
    static func words(of caption: String) -> [CaptionWord] {
        // Of the caption's own letters: in lower case some have more bytes, some fewer.
        var (words, raw, start, place, isParted) = ([CaptionWord](), "", 0, 0, false)
        func finish() {
            defer { raw = "" }
            if ["'s", "\u{2019}s"].contains(raw.suffix(2).lowercased()) { raw.removeLast(2) }
            while let last = raw.last, last == "-" || isApostrophe(last) { raw.removeLast() }
            let text = raw.lowercased().replacing("\u{2019}", with: "'")
            guard !text.isEmpty, text != "s" else { return }
            words.append(CaptionWord(text: text, bytes: start..<start + raw.utf8.count, isParted: isParted))
            isParted = false
        }
        for character in caption {
            let isInner = (character == "-" || isApostrophe(character)) && !raw.isEmpty
            if character.isLetter || character.isNumber || isInner {
                if raw.isEmpty { start = place }
                raw.append(character)
            } else {
                finish()
                if ",;:.!?()".contains(character) { isParted = true }
            }
            place += character.utf8.count
        }
        finish()
        return words
    }

    private static func isApostrophe(_ character: Character) -> Bool { character == "'" || character == "\u{2019}" }
}
