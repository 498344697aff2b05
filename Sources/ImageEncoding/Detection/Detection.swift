/// A thing in a picture.
public struct Detection: Sendable, Equatable {
    /// Where, in the picture's pixels.
    public var box: Box
    /// What: a class number, never 0.
    public var label: Int
    /// The class's probability.
    public var score: Float

    /// Makes a detection.
    public init(box: Box, label: Int, score: Float) {
        self.box = box
        self.label = label
        self.score = score
    }
}
