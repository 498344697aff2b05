/// A caption's words with their places in it.
struct CaptionWords {
    struct Word {
        /// In lower case.
        let text: String
        /// Where it stands in the caption.
        let range: Range<String.Index>
        /// Whether punctuation stands between it and the word before.
        let followsBreak: Bool
    }

    let caption: String
    let words: [Word]

    /// Words are runs of letters and digits: "dog-lover's" has three.
    init(_ caption: String) {
        self.caption = caption
        var words: [Word] = []
        var index = caption.startIndex
        while let start = caption[index...].firstIndex(where: Self.isPart) {
            let end = caption[start...].firstIndex { !Self.isPart($0) } ?? caption.endIndex
            let followsBreak = caption[index..<start].contains { !$0.isWhitespace && $0 != "-" }
            words.append(Word(text: caption[start..<end].lowercased(), range: start..<end, followsBreak: followsBreak))
            index = end
        }
        self.words = words
    }

    private static func isPart(_ character: Character) -> Bool { character.isLetter || character.isNumber }

    /// The words of `range` in lower case, joined by a space.
    func phrase(_ range: Range<Int>) -> String { words[range].map(\.text).joined(separator: " ") }
}
