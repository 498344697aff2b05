/// A text as an encoder reads it.
package struct TokenizedText: Sendable, Equatable {
    /// Vocabulary indices `[tokens]` with the special tokens around the text, unpadded.
    package let ids: [Int32]
    /// Tokens that were left off to keep to the limit.
    package let cutCount: Int
    /// Whether any were.
    package var wasCut: Bool { cutCount > 0 }

    /// The parts as they are.
    package init(ids: [Int32], cutCount: Int) {
        self.ids = ids
        self.cutCount = cutCount
    }
}
