extension Explanation: Encodable {
    private enum CodingKeys: CodingKey {
        case sentence, score, local, global, words, specialMatch, specialCount, regions
    }

    /// As JSON: every part, the words' places as Unicode code points from the sentence's first.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(sentence, forKey: .sentence)
        try values.encode(score, forKey: .score)
        try values.encode(local, forKey: .local)
        try values.encode(global, forKey: .global)
        try values.encode(words.map { PlacedWord(word: $0, sentence: sentence) }, forKey: .words)
        try values.encode(specialMatch, forKey: .specialMatch)
        try values.encode(specialCount, forKey: .specialCount)
        try values.encode(regions, forKey: .regions)
    }
}

/// A word, with places that need no string to be understood.
private struct PlacedWord: Encodable {
    let word: Explanation.Word
    let sentence: String

    private enum CodingKeys: CodingKey {
        case text, start, end, isWord, isTelling, match, foundNothing, tokenCount, attention, shares, strengths
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        let scalars = sentence.unicodeScalars
        func place(_ index: String.Index) -> Int { scalars.distance(from: scalars.startIndex, to: index) }
        try values.encode(word.text, forKey: .text)
        try values.encode(place(word.range.lowerBound), forKey: .start)
        try values.encode(place(word.range.upperBound), forKey: .end)
        try values.encode(word.isWord, forKey: .isWord)
        try values.encode(word.isTelling, forKey: .isTelling)
        try values.encode(word.match, forKey: .match)
        try values.encode(word.foundNothing, forKey: .foundNothing)
        try values.encode(word.tokenCount, forKey: .tokenCount)
        try values.encode(word.attention, forKey: .attention)
        try values.encode(word.shares, forKey: .shares)
        try values.encode(word.strengths, forKey: .strengths)
    }
}
