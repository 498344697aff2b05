extension TextEncoder {
    /// The tokens of a text as `tokenize` makes them, and its words, with the places of their tokens among them.
    package func words(of text: String, maxTokens: Int) throws -> (ids: [Int32], words: [SentenceWord]) {
        let cut = try tokenizer.encode(text, maxTokens: min(maxTokens, positionCount)).ids
        let ids = try tokenize([text], maxTokens: maxTokens)[0].ids
        let (before, behind) = try tokenizer.specialCounts
        // The token that stands for padding may go before the text.
        let first = before + (tokenizer.padsLeft ? max(0, ids.count - cut.count) : 0)
        let read = max(0, min(cut.count - before - behind, ids.count - first))
        let words = try tokenizer.words(of: text, upTo: read).map { word in
            SentenceWord(
                range: word.range, tokens: word.tokens.lowerBound + first..<word.tokens.upperBound + first)
        }
        return (ids, words)
    }
}
