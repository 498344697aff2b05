/// A caption and what it says is there.
struct CaptionReading {
    let words: CaptionWords
    /// Whether it has a noun of the word list.
    let namesSomething: Bool
    /// The nouns of one meaning that stand there as nouns, of what may be claimed absent.
    let claims: [(words: Range<Int>, form: ProbeLexicon.Form)]

    var text: String { words.caption }

    init(_ caption: String, lexicon: ProbeLexicon) {
        let words = CaptionWords(caption)
        let mentions = lexicon.mentions(in: words)
        self.words = words
        namesSomething = !mentions.isEmpty
        claims = mentions.compactMap { mention in
            guard mention.forms.count == 1, let form = mention.forms.first, lexicon.concepts[form.concept].isClaimable
            else { return nil }
            let standsAlone = ProbeGrammar.standsAlone(
                mention, number: form.number, isAlive: lexicon.category(of: form).isAlive, in: words)
            return standsAlone ? (mention.words, form) : nil
        }
    }
}
