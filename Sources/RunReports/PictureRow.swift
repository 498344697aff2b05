import Foundation

/// Pictures side by side below a heading, such as a sentence and what it finds.
package struct PictureRow: Sendable, Equatable {
    /// What stands in a picture's place.
    package typealias Picture = ContactSheet.Picture

    /// One of the pictures.
    package struct Entry: Sendable, Equatable {
        /// Its name, and what is told of it.
        package let name, note: String
        /// The picture, or why there is none; nil leaves name and note alone.
        package let picture: Picture?
        /// Whether it stands out.
        package let isMarked: Bool

        /// Makes an entry.
        package init(_ name: String, note: String, picture: Picture? = nil, isMarked: Bool = false) {
            (self.name, self.note, self.picture, self.isMarked) = (name, note, picture, isMarked)
        }
    }

    /// What they have in common, and what is told of all of them.
    package let heading, note: String
    /// From left to right.
    package let entries: [Entry]

    /// A heading and its pictures.
    package init(_ heading: String, note: String, entries: [Entry]) {
        (self.heading, self.note, self.entries) = (heading, note, entries)
    }

    /// As part of a page.
    var html: String {
        var lines = [
            "<figure class=\"pictures\">",
            "<figcaption><b>\(heading.htmlEscaped)</b> \(note.htmlEscaped)</figcaption>", "<ol>",
        ]
        for entry in entries {
            lines.append(entry.isMarked ? "<li class=\"marked\">" : "<li>")
            switch entry.picture {
            case .jpeg(let data):
                lines.append(
                    "<img src=\"data:image/jpeg;base64,\(data.base64EncodedString())\" alt=\"\(entry.name.htmlEscaped)\"/>"
                )
            case .problem(let reason): lines.append("<p class=\"problem\">\(reason.onOneLine.htmlEscaped)</p>")
            case nil: break
            }
            let mark = entry.isMarked ? "✓ " : ""
            lines += ["<p>\(mark)\(entry.name.htmlEscaped) <span>\(entry.note.htmlEscaped)</span></p>", "</li>"]
        }
        return (lines + ["</ol>", "</figure>"]).joined(separator: "\n")
    }
}
