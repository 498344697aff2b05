public import Foundation

/// The pictures that a search found, in one HTML file: no network, no scripts, no clock. Where in a picture the match
/// lies is drawn over it.
public struct ContactSheet: Sendable {
    /// A region of a picture, in fractions of its width and height.
    public struct Box: Sendable, Equatable {
        /// The sides, each in [0, 1].
        public let left, top, right, bottom: Float
        /// What the region is called, such as `dog 93 %`.
        public let label: String?
        /// How strongly the box is drawn: 0 shows it only when the picture is pointed at, 1 fully.
        public let weight: Double

        /// Makes a box.
        public init(
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

    /// What stands in a picture's place.
    public enum Picture: Sendable, Equatable {
        /// A JPEG file's bytes.
        case jpeg(Data)
        /// Why there is none.
        case problem(String)
    }

    /// A text that belongs to a picture.
    public struct Caption: Sendable, Equatable {
        /// The text.
        public let text: String
        /// Whether it is the one that was asked for.
        public let isRight: Bool

        /// Makes a caption.
        public init(_ text: String, isRight: Bool = false) {
            self.text = text
            self.isRight = isRight
        }
    }

    /// A picture that was found.
    public struct Entry: Sendable, Equatable {
        /// The picture's file name.
        public let name: String
        /// How well it fits.
        public let score: Float
        /// The picture, or why there is none.
        public let picture: Picture
        /// Its regions.
        public let boxes: [Box]
        /// Its texts, if it has any.
        public let captions: [Caption]

        /// Makes an entry.
        public init(name: String, score: Float, picture: Picture, boxes: [Box] = [], captions: [Caption] = []) {
            self.name = name
            self.score = score
            self.picture = picture
            self.boxes = boxes
            self.captions = captions
        }
    }

    /// The sentence that was asked for.
    public let title: String
    /// The line below it, such as model and data.
    public let note: String
    /// The best first.
    public let entries: [Entry]

    /// Makes a sheet.
    public init(title: String, note: String, entries: [Entry]) {
        self.title = title
        self.note = note
        self.entries = entries
    }

    /// Writes the page; the file appears whole or not at all.
    /// - Throws: What `html` throws, and when the file cannot be written.
    public func write(to path: String) throws(ReportError) {
        try ReportError.writing(Data(html().utf8), to: path)
    }

    /// Weights of boxes from how well their regions agree with a sentence: the best region's is 1; those no better than
    /// the picture's mean have 0.
    public static func weights(ofAgreement agreement: [Float]) -> [Double] {
        let mean = agreement.reduce(0, +) / Float(max(agreement.count, 1))
        let range = (agreement.max() ?? mean) - mean
        return agreement.map { range > 0 ? Double(max(0, $0 - mean) / range) : 0 }
    }
}
