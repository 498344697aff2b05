/// A caption and the objects it names, so that its truth is known without reading it back.
package struct Caption: Codable, Sendable, Equatable {
    /// The words, with the comma that may follow one attached to it.
    package private(set) var words: [String] = []
    /// What the caption says is there, in the order of its words.
    package private(set) var mentions: [Mention] = []

    /// The caption as people write it: the words with one space between them.
    package var text: String { words.joined(separator: " ") }

    /// Appends plain words, separated by spaces in `phrase`.
    mutating func append(_ phrase: String) {
        words += phrase.split(separator: " ").map(String.init)
    }

    /// Appends the naming of an object.
    mutating func append(_ phrase: ObjectPhrase) {
        mentions.append(phrase.mention(at: words.count))
        words += phrase.words
    }

    /// Attaches a comma to the last word.
    mutating func appendComma() {
        if let last = words.popLast() { words.append(last + ",") }
    }

    /// Both captions in one, `other` behind.
    func joined(with other: Caption) -> Caption {
        var result = self
        result.words += other.words
        result.mentions += other.mentions.map { $0.moved(by: words.count) }
        return result
    }

    /// The first half of the words, rounded down; an object whose naming was cut through is no longer mentioned.
    func shortened() -> Caption {
        var result = self
        result.words = Array(words.prefix(max(1, words.count / 2)))
        result.mentions = mentions.filter { $0.words.upperBound <= result.words.count }
        return result
    }

    /// The caption with another object named in the place of mention `index`.
    func replacing(_ index: Int, with phrase: ObjectPhrase) -> Caption {
        let old = mentions[index].words
        var result = Caption()
        result.words = Array(words[..<old.lowerBound])
        result.mentions = Array(mentions[..<index])
        result.append(phrase)
        if words[old.upperBound - 1].hasSuffix(",") { result.appendComma() }
        let shift = result.words.count - old.upperBound
        result.words += words[old.upperBound...]
        result.mentions += mentions[(index + 1)...].map { $0.moved(by: shift) }
        return result
    }
}
