package import AsCLBase
package import Foundation

/// The pictures that a search found, in one HTML file: no network, no scripts, no clock. Where in a picture the words of the
/// sentence are is drawn over it.
package struct ContactSheet: Sendable {
    /// A region of a picture, in fractions of its width and height.
    package struct Box: Sendable, Equatable {
        /// The sides, each in [0, 1].
        package let left, top, right, bottom: Float
        /// What the region is called, such as `dog 93 %`.
        package let label: String?
        /// How strongly the box is filled: 0 not at all, 1 fully.
        package let weight: Double

        /// Makes a box.
        package init(
            left: Float, top: Float, right: Float, bottom: Float, label: String? = nil, weight: Double = 1
        ) {
            self.left = left
            self.top = top
            self.right = right
            self.bottom = bottom
            self.label = label
            self.weight = weight
        }
    }

    /// A word of the sentence, as a picture answers it.
    package struct Word: Sendable, Equatable {
        /// The word.
        package let text: String
        /// How well it was found, in [0, 1].
        package let shade: Double
        /// The figure behind that, such as `0.41`.
        package let note: String
        /// Whether it was not found at all.
        package let isStruck: Bool
        /// Where it was found, best first.
        package let boxes: [Box]
        /// Whether its boxes of half the weight or more are shown before it is pointed at, the first of them outlined.
        package let isShown: Bool

        /// Makes a word.
        package init(
            _ text: String, shade: Double, note: String, isStruck: Bool = false, boxes: [Box] = [],
            isShown: Bool = false
        ) {
            self.text = text
            self.shade = shade
            self.note = note
            self.isStruck = isStruck
            self.boxes = boxes
            self.isShown = isShown
        }
    }

    /// What stands in a picture's place.
    package enum Picture: Sendable, Equatable {
        /// A JPEG file's bytes.
        case jpeg(Data)
        /// Why there is none.
        case problem(String)
    }

    /// A text that belongs to a picture.
    package struct Caption: Sendable, Equatable {
        /// The text.
        package let text: String
        /// Whether it is the one that was asked for.
        package let isRight: Bool

        /// Makes a caption.
        package init(_ text: String, isRight: Bool = false) {
            self.text = text
            self.isRight = isRight
        }
    }

    /// A picture that was found.
    package struct Entry: Sendable, Equatable {
        /// The picture's file name.
        package let name: String
        /// How well it fits.
        package let score: Float
        /// The picture, or why there is none.
        package let picture: Picture
        /// The sentence's words, where it is known what they found.
        package let words: [Word]
        /// Its texts, if it has any.
        package let captions: [Caption]

        /// Makes an entry.
        package init(name: String, score: Float, picture: Picture, words: [Word] = [], captions: [Caption] = []) {
            self.name = name
            self.score = score
            self.picture = picture
            self.words = words
            self.captions = captions
        }
    }

    /// The sentence that was asked for.
    package let title: String
    /// The line below it, such as model and data.
    package let note: String
    /// The best first.
    package let entries: [Entry]

    /// Makes a sheet.
    package init(title: String, note: String, entries: [Entry]) {
        self.title = title
        self.note = note
        self.entries = entries
    }

    /// Writes the page; the file appears whole or not at all.
    /// - Throws: What `html` throws, and when the file cannot be written.
    package func write(to path: String) throws(InputError) {
        try AtomicFile.write(Data(html().utf8), to: path)
    }
}
