/// What a caption says of one object: its kind, and its colour and size where the caption tells them.
package struct Mention: Codable, Sendable, Equatable {
    /// Always told.
    package let kind: ObjectKind
    /// Nil where the caption does not tell it.
    package let color: ObjectColor?
    /// Nil where the caption does not tell it.
    package let size: ObjectSize?
    /// The words of the caption that say it, article included.
    package let words: Range<Int>

    func moved(by count: Int) -> Mention {
        Mention(kind: kind, color: color, size: size, words: words.lowerBound + count..<words.upperBound + count)
    }
}
