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
        var (words, text, start, place, isParted) = ([CaptionWord](), "", 0, 0, false)
        func finish() {
            defer { text = "" }
            text = text.lowercased()
            if text.hasSuffix("'s") { text.removeLast(2) }
            while text.last == "-" || text.last == "'" { text.removeLast() }
            guard !text.isEmpty, text != "s" else { return }
            words.append(CaptionWord(text: text, bytes: start..<start + text.utf8.count, isParted: isParted))
            isParted = false
        }
        for character in caption {
            let isInner = (character == "-" || character == "'" || character == "\u{2019}") && !text.isEmpty
            if character.isLetter || character.isNumber || isInner {
                if text.isEmpty { start = place }
                text.append(character == "\u{2019}" ? "'" : character)
            } else {
                finish()
                if ",;:.!?()".contains(character) { isParted = true }
            }
            place += character.utf8.count
        }
        finish()
        return words
    }
}
