/// A text as BERT reads it.
package struct TokenizedText: Sendable, Equatable {
    /// Vocabulary indices `[tokens]`, beginning with `[CLS]` and ending with `[SEP]`, unpadded.
    package let ids: [Int32]
    /// Whether tokens were left off to keep to the limit.
    package let wasCut: Bool
    /// Words of the whole text, cut or not: stretches between blanks that hold more than punctuation
    /// (a Chinese character is a word by itself).
    package let wordCount: Int

    /// The parts as they are.
    package init(ids: [Int32], wasCut: Bool, wordCount: Int) {
        self.ids = ids
        self.wasCut = wasCut
        self.wordCount = wordCount
    }
}
