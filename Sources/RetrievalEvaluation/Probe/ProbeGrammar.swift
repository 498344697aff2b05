/// As much grammar as exchanging a noun takes.
enum ProbeGrammar {
    static let pronouns: Set = words("he him his himself she her hers herself")
    private static let determiners = words("a an the his her its their this that one another each some any no")
    private static let numbers = words("two three four five six seven eight several many few both multiple other these")
    private static let prepositions = words(
        "of with and on in by near at beside behind over under between through while to past watching wearing holding")
    private static let followers = words(
        """
        and or but while whilst as that which who is are was were has have can with without in into on onto \
        at by near next beside behind under underneath over above below through across along around from to \
        toward towards for off out up down past between during after before inside outside against away atop \
        amongst among alone together where
        """)
    private static let adjectives = words(
        """
        black white brown red blue green yellow orange pink purple gray grey tan beige gold golden silver \
        blond blonde dark light bright colored colorful multicolored striped spotted small little large big \
        huge tiny giant tall short long young younger old older elderly adult male female asian african \
        american indian wet dry muddy dirty snowy sandy grassy rocky wooden metal plastic stone brick leather \
        furry fluffy shaggy hairy happy excited smiling laughing sleeping running jumping swimming standing \
        sitting busy crowded empty open lone single beautiful pretty cute colourful redheaded haired bearded \
        shirtless bald barefoot dressed clad covered wooded paved steep shallow deep full toy stuffed \
        inflatable outdoor indoor package city different first second third new fat thin skinny
        """)

    /// Whether a noun stands where only a noun can: at the head or after an article, number, adjective or the like, so
    /// that "he swings" is none, and not before what may be another noun, whose kind it tells ("dog collar"): after one
    /// creature a verb may follow, after one thing only what joins words.
    static func standsAlone(
        _ noun: ProbeLexicon.Mention, number: ProbeLexicon.Number, isAlive: Bool, in caption: CaptionWords
    ) -> Bool {
        let start = noun.words.lowerBound
        if start > 0 {
            let before = caption.words[start - 1].text
            let leads = [determiners, adjectives] + (number == .singular ? [] : [numbers, prepositions])
            guard !caption.words[start].followsBreak, leads.contains(where: { $0.contains(before) }) else {
                return false
            }
        }
        let end = noun.words.upperBound
        guard number != .plural, end < caption.words.count, !caption.words[end].followsBreak else { return true }
        let after = caption.words[end].text
        return followers.contains(after) || isAlive && ["s", "ing", "ed"].contains(where: after.hasSuffix)
    }

    /// "a" or "an" as `word` takes it.
    static func article(before word: some StringProtocol) -> String {
        let soundsLikeConsonant = ["uni", "one", "eu", "use"].contains { word.lowercased().hasPrefix($0) }
        return "aeiou".contains(word.lowercased().prefix(1)) && !soundsLikeConsonant ? "an" : "a"
    }

    /// The caption with the words of `range` replaced; the article before them and a capital at its head stay right.
    static func replacing(_ range: Range<Int>, of caption: CaptionWords, with noun: String) -> String {
        let text = caption.caption
        let (first, last) = (caption.words[range.lowerBound].range, caption.words[range.upperBound - 1].range)
        let rest = text[last.upperBound...]
        guard range.lowerBound > 0 else { return text[..<first.lowerBound] + recased(noun, like: text[first]) + rest }
        let before = caption.words[range.lowerBound - 1]
        guard ["a", "an"].contains(before.text) else { return text[..<first.lowerBound] + noun + rest }
        let article = recased(article(before: noun), like: text[before.range])
        return text[..<before.range.lowerBound] + article + text[before.range.upperBound..<first.lowerBound] + noun
            + rest
    }

    private static func recased(_ word: String, like model: Substring) -> String {
        model.first?.isUppercase ?? false ? word.prefix(1).uppercased() + word.dropFirst() : word
    }

    /// The caption with words added at its end, before the full stop.
    static func adding(_ words: String, to caption: CaptionWords) -> String {
        let text = caption.caption
        let end =
            text.lastIndex { !$0.isWhitespace && !".!?,;".contains($0) }.map(text.index(after:)) ?? text.startIndex
        return text[..<end] + " " + words + text[end...]
    }

    private static func words(_ list: String) -> Set<String> {
        Set(list.split(whereSeparator: \.isWhitespace).map(String.init))
    }
}
