package import AsCLBase

extension Tokenizer {
    /// How many special tokens stand before and behind every text.
    var specialCounts: (before: Int, behind: Int) {
        get throws(InputError) {
            let none = try encode("", maxTokens: .max).ids
            let before = try zip(none, encode("a", maxTokens: .max).ids).prefix { $0 == $1 }.count
            return (before, none.count - before)
        }
    }

    /// The words of a text and the tokens between the special ones that they have, up to a number of tokens.
    ///
    /// A tokenizer normalises before it cuts, so its tokens do not say where in the text they came from. But what stands
    /// before the end of a word is cut the same whatever follows; so the tokens of the text up to there tell how many are
    /// behind. Where a tokenizer cuts across, the words are one. A word that leaves no token is left out.
    package func words(of text: String, upTo limit: Int = .max) throws(InputError) -> [SentenceWord] {
        let (before, behind) = try specialCounts
        func bare(_ text: String) throws(InputError) -> ArraySlice<Int32> {
            try encode(text, maxTokens: .max).ids.dropFirst(before).dropLast(behind)
        }
        let tokens = try bare(text)
        var words: [SentenceWord] = []
        var (start, place): (String.Index?, Int) = (nil, 0)
        for range in SentenceWord.ranges(in: text) {
            guard place < limit else { break }
            let upTo = try bare(String(text[..<range.upperBound]))
            let from = start ?? range.lowerBound
            guard tokens.starts(with: upTo) else {
                start = from
                continue
            }
            start = nil
            let end = min(upTo.count, limit)
            guard end > place else { continue }
            words.append(SentenceWord(range: from..<range.upperBound, tokens: place..<end))
            place = end
        }
        let end = min(tokens.count, limit)
        if let start, place < end { words.append(SentenceWord(range: start..<text.endIndex, tokens: place..<end)) }
        return words
    }
}
