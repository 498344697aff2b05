import AsCLBase

/// The naming of one object, "a small red circle", as it goes into a caption.
struct ObjectPhrase {
    let kind: ObjectKind
    let color: ObjectColor?
    let size: ObjectSize?
    let words: [String]

    /// In plain words, or with `synonyms` in words drawn among all that mean the same.
    init(
        kind: ObjectKind, color: ObjectColor?, size: ObjectSize?, synonyms: Bool = false,
        using generator: inout SeededGenerator
    ) {
        self.kind = kind
        self.color = color
        self.size = size
        func word(_ choices: [String]) -> String { synonyms ? choices.pick(using: &generator) : choices[0] }
        var words: [String] = []
        if let size { words.append(word(size.adjectives)) }
        if let color { words.append(word(color.adjectives)) }
        words.append(word(kind.nouns))
        let startsWithVowel = words[0].first.map("aeiou".contains) ?? false
        self.words = [startsWithVowel ? "an" : "a"] + words
    }

    func mention(at start: Int) -> Mention {
        Mention(kind: kind, color: color, size: size, words: start..<start + words.count)
    }
}
