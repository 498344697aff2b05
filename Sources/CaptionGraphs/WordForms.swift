import AsCLBase

/// What a word may be, apart from its place in a caption.
struct WordForms: Sendable {
    /// How a verb is inflected.
    enum Inflection: Sendable { case base, present, progressive, past }

    let noun: String?
    let nounCount: Int
    let isPlural: Bool
    let verb: String?
    let verbCount: Int
    let inflection: Inflection
    let adjectiveCount: Int?
    let isAdverb: Bool

    init(_ word: String, in wordNet: WordNet) {
        let noun = wordNet.lemma(of: word, as: .noun)
        let verb = wordNet.lemma(of: word, as: .verb)
        (self.noun, self.verb) = (noun, verb)
        nounCount = noun.map { wordNet.count(of: $0, as: .noun) } ?? 0
        verbCount = verb.map { wordNet.count(of: $0, as: .verb) } ?? 0
        isPlural = noun.map { $0 != word } ?? false
        if verb == nil || verb == word {
            inflection = .base
        } else if word.hasSuffix("ing") {
            inflection = .progressive
        } else {
            inflection = word.hasSuffix("s") ? .present : .past
        }
        adjectiveCount = wordNet.holds(word, as: .adjective) ? wordNet.count(of: word, as: .adjective) : nil
        isAdverb = word.hasSuffix("ly") && wordNet.holds(word, as: .adverb)
    }

    /// Whether it can be, or lead up to, the head of a noun phrase.
    var isNominal: Bool { noun != nil || adjectiveCount != nil || verb == nil }
}

/// A word's place in a caption.
enum WordClass: Sendable, Equatable {
    case determiner(String)
    case noun(String)
    case modifier
    case verb(String)
    case preposition
    case conjunction
    case relative
    case auxiliary
    case adverb
    /// "of", which is no preposition like the others.
    case of

    var isNounPhrase: Bool {
        switch self {
        case .determiner, .noun, .modifier: true
        default: false
        }
    }
}
