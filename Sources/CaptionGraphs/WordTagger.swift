import AsCLBase

/// Tells the words' places in captions, left to right, by closed classes, WordNet's indices and endings.
struct WordTagger {
    private let wordNet: WordNet
    private var known: [String: WordForms] = [:]

    init(wordNet: WordNet) { self.wordNet = wordNet }

    mutating func classes(of words: [CaptionWord]) -> [WordClass] {
        var classes: [WordClass] = []
        for index in words.indices {
            classes.append(place(of: index, in: words, after: classes))
        }
        return classes
    }

    private mutating func forms(_ word: String) -> WordForms {
        if let forms = known[word] { return forms }
        let forms = WordForms(word, in: wordNet)
        known[word] = forms
        return forms
    }

    private mutating func place(of index: Int, in words: [CaptionWord], after classes: [WordClass]) -> WordClass {
        let word = words[index].text
        let next = index + 1 < words.count && !words[index + 1].isParted ? words[index + 1].text : nil
        if let closed = closedClass(word, next: next, after: classes.last) { return closed }
        let forms = forms(word)
        if forms.isAdverb { return .adverb }
        let leads = next.map { isNominal($0) } ?? false
        let opensPhrase =
            switch classes.last {
            case .determiner: true
            // "in red": what follows may be a verb.
            case .modifier: classes.dropLast().last != .preposition
            default: false
            }
        if let verb = forms.verb,
            isVerb(
                forms, leads: leads, opensPhrase: opensPhrase, followsMany: index > 0 && isMany(words[index - 1].text),
                isParted: words[index].isParted, after: classes)
        {
            return .verb(verb)
        }
        if let noun = forms.noun, forms.nounCount >= forms.verbCount, forms.nounCount >= forms.adjectiveCount ?? 0 {
            return .noun(noun)
        }
        if forms.verb != nil, forms.inflection == .progressive || forms.inflection == .past {
            return leads || forms.noun == nil ? .modifier : .noun(forms.noun ?? word)
        }
        if let count = forms.adjectiveCount, forms.noun == nil || count > forms.nounCount { return .modifier }
        return .noun(forms.noun ?? word)
    }

    private mutating func closedClass(_ word: String, next: String?, after last: WordClass?) -> WordClass? {
        if word == "that", case .noun = last { return .relative }
        if ClosedClasses.plainDeterminers.contains(word) { return .determiner("") }
        if let count = ClosedClasses.counts[word] { return .determiner(count) }
        if word == "of" { return .of }
        if ClosedClasses.pronouns.contains(word) { return .noun(word) }
        if ClosedClasses.relatives.contains(word) { return .relative }
        if ClosedClasses.conjunctions.contains(word) { return .conjunction }
        if word == "to" {
            let isPlace = next.map { opensNounPhrase($0) && !isVerbFirst($0) } ?? false
            return isPlace ? .preposition : .auxiliary
        }
        if let verb = ClosedClasses.halfAuxiliaries[word], let next, isObject(next), case .noun = last {
            return .verb(verb)
        }
        if ClosedClasses.auxiliaries.contains(word) { return .auxiliary }
        let isAdverb = ClosedClasses.adverbs.contains(word)
        guard ClosedClasses.prepositions.contains(word) else { return isAdverb ? .adverb : nil }
        // "walk up stairs", but "jump up in the air".
        return isAdverb && next.map({ opensNounPhrase($0) }) != true ? .adverb : .preposition
    }

    private mutating func opensNounPhrase(_ word: String) -> Bool {
        ClosedClasses.plainDeterminers.contains(word) || ClosedClasses.counts[word] != nil
            || ClosedClasses.pronouns.contains(word) || isNominal(word)
    }

    /// Whether a word is the base form of a verb, and seldom a noun.
    private mutating func isVerbFirst(_ word: String) -> Bool {
        let forms = forms(word)
        return forms.verb != nil && forms.inflection == .base && forms.verbCount > forms.nounCount
            && ClosedClasses.counts[word] == nil
    }

    /// Whether a word after "has" makes it a verb: "has a drink", not "has fallen".
    private mutating func isObject(_ word: String) -> Bool {
        ClosedClasses.plainDeterminers.contains(word) || ClosedClasses.counts[word] != nil
            || isNominal(word) && forms(word).noun != nil && !isVerbFirst(word)
    }

    private mutating func isNominal(_ word: String) -> Bool {
        guard word != "of", word != "to", !ClosedClasses.plainDeterminers.contains(word),
            ClosedClasses.counts[word] == nil,
            !ClosedClasses.pronouns.contains(word), !ClosedClasses.relatives.contains(word),
            !ClosedClasses.conjunctions.contains(word), !ClosedClasses.auxiliaries.contains(word),
            !ClosedClasses.adverbs.contains(word), !ClosedClasses.prepositions.contains(word)
        else { return false }
        let forms = forms(word)
        return forms.isNominal && !forms.isAdverb
    }

    /// Whether a noun takes verbs without an s.
    private mutating func isMany(_ word: String) -> Bool { ClosedClasses.many.contains(word) || forms(word).isPlural }

    /// Whether a word that may be a verb is one.
    private func isVerb(
        _ forms: WordForms, leads: Bool, opensPhrase: Bool, followsMany: Bool, isParted: Bool,
        after classes: [WordClass]
    ) -> Bool {
        let hasNoun = classes.contains { if case .noun = $0 { true } else { false } }
        let isMoreOften = forms.noun == nil || forms.verbCount > forms.nounCount
        let isAdjective = forms.adjectiveCount.map { $0 >= forms.verbCount } ?? false
        let last = classes.last
        if opensPhrase { return false }
        switch forms.inflection {
        case .progressive:
            if case .preposition = last { return !leads && isMoreOften }
            if case .of = last { return false }
            guard hasNoun else { return !leads }
            if case .noun = last, !isParted { return isMoreOften }
            return true
        case .past:
            if case .noun = last { return isMoreOften && !isAdjective }
            if last == .auxiliary || last == .adverb || last == .relative { return !isAdjective }
            return hasNoun && !leads && isMoreOften && !isAdjective && last != .preposition && last != .of
        case .present, .base:
            guard isMoreOften, !isAdjective, hasNoun else { return false }
            switch last {
            // "dogs cross" is a sentence, "an orange cross" is none.
            case .noun: return !isParted && (forms.inflection == .present || followsMany)
            case .relative, .auxiliary, .modifier: return !isParted
            case .adverb: return true
            // "runs and jumps", where a verb came before.
            case .conjunction: return classes.contains { if case .verb = $0 { true } else { false } }
            default: return false
            }
        }
    }
}
