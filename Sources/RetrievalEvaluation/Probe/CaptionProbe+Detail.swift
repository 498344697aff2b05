extension CaptionProbe {
    /// A caption and the same with a noun of something absent, added or in another noun's place with equal chance; the
    /// other of the two where the captions do not allow the one.
    mutating func detail(_ captions: [CaptionReading], notAbsent: Set<Int>) -> (right: String, wrong: String)? {
        let exchangesFirst = generator.below(2) == 0
        for exchanges in [exchangesFirst, !exchangesFirst] {
            for caption in captions {
                let wrong = exchanges ? exchanging(in: caption, notAbsent) : adding(to: caption, notAbsent)
                if let wrong { return (caption.text, wrong) }
            }
        }
        return nil
    }

    /// The caption with one noun replaced by another of its category and number.
    private mutating func exchanging(in caption: CaptionReading, _ notAbsent: Set<Int>) -> String? {
        var nouns = caption.claims
        // "A man with his dog" must not become "a woman with his dog".
        if caption.words.words.contains(where: { ProbeGrammar.pronouns.contains($0.text) }) {
            nouns.removeAll { lexicon.category(of: $0.form).name == "person" }
        }
        generator.shuffle(&nouns)
        for noun in nouns {
            let drawn = absentForm(notAbsent) { [lexicon] form in
                form.number == noun.form.number
                    && lexicon.concepts[form.concept].category == lexicon.concepts[noun.form.concept].category
            }
            if let drawn { return ProbeGrammar.replacing(noun.words, of: caption.words, with: drawn.text) }
        }
        return nil
    }

    /// The caption with something added at its end: "... with a horse".
    private mutating func adding(to caption: CaptionReading, _ notAbsent: Set<Int>) -> String? {
        let drawn = absentForm(notAbsent) { [lexicon] form in
            form.number == .singular && !lexicon.category(of: form).prepositions.isEmpty
        }
        guard let drawn else { return nil }
        let prepositions = lexicon.category(of: drawn).prepositions
        let preposition = prepositions[generator.below(prepositions.count)]
        return ProbeGrammar.adding(
            "\(preposition) \(ProbeGrammar.article(before: drawn.text)) \(drawn.text)", to: caption.words)
    }

    /// A form of something absent, drawn as often as the split's captions use it.
    private mutating func absentForm(
        _ notAbsent: Set<Int>, where serves: (ProbeLexicon.Form) -> Bool
    ) -> ProbeLexicon.Form? {
        let candidates = formsInOrder.filter { !notAbsent.contains($0.concept) && serves($0) }
        let total = candidates.reduce(0) { $0 + (imagesOfForm[$1] ?? 0) }
        guard total > 0 else { return nil }
        var rest = generator.below(total)
        for form in candidates {
            rest -= imagesOfForm[form] ?? 0
            if rest < 0 { return form }
        }
        return nil
    }
}
