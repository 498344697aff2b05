package import AsCLBase
import Foundation

extension ContactSheet {
    /// The whole page; well-formed XML too.
    /// - Throws: Where a box does not lie within its picture.
    package func html() throws(InputError) -> String {
        var lines = [
            "<!DOCTYPE html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\"/>",
            // File names and captions are anybody's: whatever they hold, nothing is fetched and nothing runs.
            "<meta http-equiv=\"Content-Security-Policy\" "
                + "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\"/>",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>",
            "<title>\(title.htmlEscaped)</title>", "<style>\n\(Self.style)\n</style>", "</head>", "<body>",
            "<header>", "<h1>\(title.htmlEscaped)</h1>", "<p class=\"note\">\(note.htmlEscaped)</p>", "</header>",
            "<main>", "<ol class=\"sheet\">",
        ]
        for (index, entry) in entries.enumerated() { lines += try entry.html(rank: index + 1) }
        return (lines + ["</ol>", "</main>", "</body>", "</html>"]).joined(separator: "\n") + "\n"
    }
}

extension ContactSheet.Entry {
    fileprivate func html(rank: Int) throws(InputError) -> [String] {
        var lines = ["<li>", "<figure>"]
        switch picture {
        case .jpeg(let data):
            // Reached by the keyboard, a picture shows all its boxes as it does when pointed at.
            lines += [
                boxes.isEmpty
                    ? "<div class=\"picture\">"
                    : "<div class=\"picture\" tabindex=\"0\" role=\"group\" aria-label=\"\(name.htmlEscaped)\">",
                "<img src=\"data:image/jpeg;base64,\(data.base64EncodedString())\" "
                    + "alt=\"\(alternative.htmlEscaped)\"/>",
            ]
            // The strongest come last, and so lie on top.
            for box in boxes.sorted(by: { $0.weight < $1.weight }) {
                lines.append(try box.html(place: "entry \(rank), \(name)"))
            }
            lines.append("</div>")
        case .problem(let reason):
            lines.append("<p class=\"problem\">\(reason.onOneLine.htmlEscaped)</p>")
        }
        lines += [
            "<figcaption>",
            "<p class=\"hit\"><b class=\"rank\">\(rank)</b> <span class=\"name\">\(name.htmlEscaped)</span> "
                + "<span class=\"score\">\(Self.text(score, digits: 4))</span></p>",
        ]
        if !captions.isEmpty {
            let items = captions.map { caption in
                caption.isRight
                    ? "<li class=\"right\"><mark>\(caption.text.htmlEscaped)</mark></li>"
                    : "<li>\(caption.text.htmlEscaped)</li>"
            }
            lines += ["<ul class=\"captions\">"] + items + ["</ul>"]
        }
        return lines + ["</figcaption>", "</figure>", "</li>"]
    }

    /// For those who do not see the picture: its first caption, or its name with what its strongest boxes are called.
    private var alternative: String {
        if let caption = captions.first { return caption.text }
        var labels: [String] = []
        for box in boxes.sorted(by: { $0.weight > $1.weight }) {
            if let label = box.label, !labels.contains(label) { labels.append(label) }
        }
        return ([name] + labels.prefix(5)).joined(separator: ", ")
    }

    fileprivate static func text(_ value: some BinaryFloatingPoint, digits: Int) -> String {
        String(format: "%.\(digits)f", Double(value))
    }
}

extension ContactSheet.Box {
    fileprivate func html(place: String) throws(InputError) -> String {
        guard [left, top, right, bottom].allSatisfy({ (-0.001...1.001).contains($0) }), left <= right, top <= bottom,
            (0...1).contains(weight)
        else {
            throw InputError(
                place: "\(place), box",
                expected: "left, top, right, bottom as fractions from 0 to 1 and a weight from 0 to 1",
                found: "[\(left), \(top), \(right), \(bottom)] of weight \(weight)")
        }
        func percent(_ value: Float) -> String { ContactSheet.Entry.text(100 * value, digits: 2) + "%" }
        let style = [
            "left:\(percent(left))", "top:\(percent(top))", "width:\(percent(right - left))",
            "height:\(percent(bottom - top))", "--weight:\(ContactSheet.Entry.text(weight, digits: 2))",
        ].joined(separator: ";")
        let label = label.map { "<b>\($0.onOneLine.htmlEscaped)</b>" } ?? ""
        // A label that began at the box's left side would leave the picture where the box is far on the right.
        let kind = left + right > 1.3 ? "box far" : "box"
        return "<span class=\"\(kind)\" style=\"\(style)\" aria-hidden=\"true\">\(label)</span>"
    }
}
