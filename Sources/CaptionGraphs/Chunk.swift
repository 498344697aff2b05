/// A piece of a caption. Numbers are places among its words.
enum Chunk: Sendable, Equatable {
    /// A noun with what stands before it.
    case noun(NounPhrase)
    /// A verb by its base form.
    case verb(lemma: String, word: Int)
    case adverb(word: Int)
    /// A preposition of one or more words.
    case preposition(name: String, words: Range<Int>)
    case of(word: Int)
    case conjunction(name: String, word: Int)
    case relative
    case comma

    /// A determiner, modifiers and a head.
    struct NounPhrase: Sendable, Equatable {
        /// "two", "three", "some", "no", "each", or nothing.
        var determiner = ""
        var modifiers: [Range<Int>] = []
        var head: Range<Int> = 0..<0
        var lemma = ""
    }
}
