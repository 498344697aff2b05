package import TextEncoding

extension Explanation {
    /// Joins the tokens of one pair's matches to words.
    /// - Parameter words: The sentence's words and their tokens' places.
    package init(
        _ sentence: String, score: Float, _ matches: PairMatches, words: [SentenceWord], boxes: [[Float]]?
    ) {
        func mean(_ numbers: some Collection<Float>) -> Float { numbers.reduce(0, +) / Float(max(numbers.count, 1)) }
        func mean(_ rows: ArraySlice<[Float]>) -> [Float] {
            (rows.first ?? []).indices.map { column in mean(rows.lazy.map { $0[column] }) }
        }
        self.init(
            sentence: sentence, score: score, local: matches.local, global: matches.global,
            words: words.map { word in
                Word(
                    range: word.range, text: String(sentence[word.range]), match: mean(matches.words[word.tokens]),
                    tokenCount: word.tokens.count, attention: mean(matches.wordAttention[word.tokens]),
                    shares: mean(matches.shares[word.tokens]))
            },
            special: matches.words.indices.filter { token in !words.contains { $0.tokens.contains(token) } }
                .map { matches.words[$0] },
            regions: matches.regions.enumerated().map { region, match in
                let attention = matches.regionAttention[region]
                return Region(
                    box: boxes?[region], match: match, attention: words.map { attention[$0.tokens].reduce(0, +) })
            })
    }

    private init(
        sentence: String, score: Float, local: Float, global: Float, words: [Word], special: [Float], regions: [Region]
    ) {
        self.init(
            sentence: sentence, score: score, local: local, global: global, words: words,
            specialMatch: special.reduce(0, +) / Float(max(special.count, 1)), specialCount: special.count,
            regions: regions)
    }
}
