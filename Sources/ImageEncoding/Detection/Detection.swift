/// A thing in a picture.
package struct Detection: Sendable, Equatable {
    /// Where, in the picture's pixels.
    package var box: Box
    /// What: a class number, never 0.
    package var label: Int
    /// The class's probability.
    package var score: Float

    /// Makes a detection.
    package init(box: Box, label: Int, score: Float) {
        self.box = box
        self.label = label
        self.score = score
    }
}
