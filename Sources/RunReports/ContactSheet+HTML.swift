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
            "<title>\(title.htmlEscaped)</title>", "<style>\n\(Self.style)\n\(tints)\n</style>", "</head>", "<body>",
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
            lines += [
                "<div class=\"picture\">",
                "<img src=\"data:image/jpeg;base64,\(data.base64EncodedString())\" "
                    + "alt=\"\(alternative.htmlEscaped)\"/>",
            ]
            for (number, word) in words.enumerated() {
                // The strongest come last, and so lie on top.
                for (place, box) in word.boxes.enumerated().reversed() {
                    let kind = !word.isShown || box.weight < 0.5 ? "" : place == 0 ? " shown first" : " shown"
                    lines.append(try box.html("box of-\(number)\(kind)", place: "entry \(rank), \(name)"))
                }
            }
            lines.append("</div>")
        case .problem(let reason):
            lines.append("<p class=\"problem\">\(reason.onOneLine.htmlEscaped)</p>")
        }
        lines += [
            "<figcaption>",
            "<p class=\"hit\"><b class=\"rank\">\(rank)</b> <span class=\"name\">\(name.htmlEscaped)</span> "
                + "<span class=\"score\">\(ContactSheet.text(score, digits: 4))</span></p>",
        ]
        if !words.isEmpty {
            lines += ["<p class=\"words\">"] + words.enumerated().map { $1.html(number: $0) } + ["</p>"]
        }
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

    /// For those who do not see the picture: its first caption, or its name.
    private var alternative: String { captions.first?.text ?? name }
}

extension ContactSheet.Word {
    fileprivate func html(number: Int) -> String {
        let text = text.onOneLine.htmlEscaped
        // Reached by the keyboard, a word shows its boxes as it does when pointed at.
        return
            "<span class=\"word word-\(number)\" style=\"--shade:\(ContactSheet.text(shade, digits: 2))\" tabindex=\"0\""
            + (isStruck ? " title=\"found nothing\"><s>\(text)</s>" : ">\(text)") + " <i>\(note.htmlEscaped)</i></span>"
    }
}

extension ContactSheet {
    fileprivate static func text(_ value: some BinaryFloatingPoint, digits: Int) -> String {
        String(format: "%.\(digits)f", Double(value))
    }
}

extension ContactSheet.Box {
    fileprivate func html(_ kind: String, place: String) throws(InputError) -> String {
        guard [left, top, right, bottom].allSatisfy({ (-0.001...1.001).contains($0) }), left <= right, top <= bottom,
            (0...1).contains(weight)
        else {
            throw InputError(
                place: "\(place), box",
                expected: "left, top, right, bottom as fractions from 0 to 1 and a weight from 0 to 1",
                found: "[\(left), \(top), \(right), \(bottom)] of weight \(weight)")
        }
        func percent(_ value: Float) -> String { ContactSheet.text(100 * value, digits: 2) + "%" }
        let style = [
            "left:\(percent(left))", "top:\(percent(top))", "width:\(percent(right - left))",
            "height:\(percent(bottom - top))", "--weight:\(ContactSheet.text(weight, digits: 2))",
        ].joined(separator: ";")
        let label = label.map { "<b>\($0.onOneLine.htmlEscaped)</b>" } ?? ""
        // A label stands above its box and begins at its left side, unless it would leave the picture there.
        let side = (left + right > 1.3 ? " far" : "") + (top < 0.08 ? " high" : "")
        return "<span class=\"\(kind)\(side)\" style=\"\(style)\" aria-hidden=\"true\">\(label)</span>"
    }
}
