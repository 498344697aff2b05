/// A true and a false caption of one picture: a good score orders the right one above the wrong one (a tie is wrong).
package struct ProbeCase: Codable, Sendable, Equatable {
    /// The picture's index in its split.
    package let image: Int
    /// A caption that is true of the picture.
    package let right: String
    /// A caption that says something false of the picture, as a rule an object that it does not show.
    package let wrong: String
    /// What makes the wrong one tempting.
    package let type: AsymmetryType

    /// A case of the image at index `image`.
    package init(image: Int, right: String, wrong: String, type: AsymmetryType) {
        self.image = image
        self.right = right
        self.wrong = wrong
        self.type = type
    }

    /// The same case in a split in which the picture has another index.
    package func of(image: Int) -> ProbeCase { ProbeCase(image: image, right: right, wrong: wrong, type: type) }
}
