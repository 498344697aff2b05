import AsCLBase
import Foundation

/// A word that is written in a picture, and where.
package struct SceneWord: Codable, Sendable, Equatable {
    /// As it is written.
    package let text: String
    /// Left, top, right, bottom as fractions of the picture.
    package let box: [Float]

    /// A word at a place.
    package init(text: String, box: [Float]) { (self.text, self.box) = (text, box) }
}

/// What is written in a stem's pictures, `<stem>_scene_text.jsonl`: a line an image, each a list of words in reading order,
/// `[]` where there are none.
struct SceneTextFile: Sendable {
    private let path: String
    /// Of each line.
    private let words: [[SceneWord]]

    /// What readers of pictures put a little outside is still in the picture.
    private static let edges: ClosedRange<Float> = -0.05...1.05

    /// Reads the file whole.
    init(path: String) throws(InputError) {
        self.path = path
        var words: [[SceneWord]] = []
        try TextFile.forEachLine(path) { (number, line) throws(InputError) in
            words.append(try Self.words(line, path: path, place: "line \(number)"))
        }
        self.words = words
    }

    /// Holds it to the number of images.
    func check(images: Int) throws(InputError) {
        guard words.count != images else { return }
        throw InputError(
            path: path, place: "lines", expected: "\(images), one an image",
            found: "\(words.count)" + (words.count > images ? ": text of images that are not known" : ""))
    }

    /// The words of one image.
    func image(_ number: Int) -> [SceneWord] { words[number] }

    private static func words(_ line: String, path: String, place: String) throws(InputError) -> [SceneWord] {
        guard let words = try? JSONDecoder().decode([SceneWord].self, from: Data(line.utf8)) else {
            throw InputError(
                path: path, place: place,
                expected: #"the words in an image as JSON, [{"text": "STOP", "box": [left, top, right, bottom]}, ...]"#,
                found: line.trimmed.isEmpty ? "a blank line; [] is an image without text" : "something else")
        }
        for (index, word) in words.enumerated() {
            guard !word.text.trimmed.isEmpty else {
                throw InputError(
                    path: path, place: "\(place), word \(index)", expected: "a text", found: "an empty one")
            }
            let isOrdered = word.box.count == 4 && word.box[0] <= word.box[2] && word.box[1] <= word.box[3]
            guard isOrdered, word.box.allSatisfy(edges.contains) else {
                throw InputError(
                    path: path, place: "\(place), word \(index)",
                    expected: "a box in the picture: left, top, right and bottom as fractions of width and height",
                    found: "\(word.box)")
            }
        }
        return words
    }
}
