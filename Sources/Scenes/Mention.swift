/// What a caption says of one object: its kind, and its colour and size where the caption tells them.
public struct Mention: Codable, Sendable, Equatable {
    /// Always told.
    public let kind: ObjectKind
    /// Nil where the caption does not tell it.
    public let color: ObjectColor?
    /// Nil where the caption does not tell it.
    public let size: ObjectSize?
    /// The words of the caption that say it, article included.
    public let words: Range<Int>

    func moved(by count: Int) -> Mention {
        Mention(kind: kind, color: color, size: size, words: words.lowerBound + count..<words.upperBound + count)
    }
}
