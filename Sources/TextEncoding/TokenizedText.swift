/// A text as BERT reads it.
public struct TokenizedText: Sendable, Equatable {
    /// Vocabulary indices `[tokens]`, beginning with `[CLS]` and ending with `[SEP]`, unpadded.
    public let ids: [Int32]
    /// Whether tokens were left off to keep to the limit.
    public let wasCut: Bool
    /// Words of the whole text, cut or not: stretches between blanks that hold more than punctuation
    /// (a Chinese character is a word by itself).
    public let wordCount: Int

    /// The parts as they are.
    public init(ids: [Int32], wasCut: Bool, wordCount: Int) {
        self.ids = ids
        self.wasCut = wasCut
        self.wordCount = wordCount
    }
}
