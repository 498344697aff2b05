import AsCLBase

extension Report {
    /// The whole document; well-formed XML too.
    func html(drawnBy gnuplot: Gnuplot) throws(InputError) -> String {
        try checkIDs()
        var lines = [
            "<!DOCTYPE html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\"/>",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>",
            "<title>\(title.htmlEscaped)</title>", "<style>\n\(Self.style)\n</style>", "</head>", "<body>",
            "<header>", "<h1>\(title.htmlEscaped)</h1>", "<p class=\"subtitle\">\(subtitle.htmlEscaped)</p>",
            "</header>",
        ]
        if sections.count > 3 {
            let items = sections.map { "<li><a href=\"#\($0.id)\">\($0.heading.htmlEscaped)</a></li>" }
            lines += ["<nav aria-label=\"Contents\">", "<ol>"] + items + ["</ol>", "</nav>"]
        }
        lines.append("<main>")
        var tables = 0
        var figures = 0
        for section in sections {
            lines += ["<section id=\"\(section.id)\">", "<h2>\(section.heading.htmlEscaped)</h2>"]
            for block in section.blocks {
                switch block {
                case .paragraph(let text): lines.append("<p>\(text.htmlWithCode)</p>")
                case .notice(let text): lines.append("<p class=\"notice\" role=\"note\">\(text.htmlWithCode)</p>")
                case .code(let text): lines.append("<pre><code>\(text.htmlEscaped)</code></pre>")
                case .pictures(let rows): lines += rows.map(\.html)
                case .settings(let settings):
                    let items = settings.map {
                        "<div><dt>\($0.name.htmlEscaped)</dt><dd>\($0.value.htmlEscaped)</dd></div>"
                    }
                    lines += ["<dl>"] + items + ["</dl>"]
                case .table(let table):
                    tables += 1
                    lines.append(table.html(number: tables))
                case .figure(let figure):
                    figures += 1
                    let id = "figure-\(figures)"
                    lines += [
                        "<figure id=\"\(id)\">", try figure.svg(id: id, drawnBy: gnuplot),
                        "<figcaption><b>Figure \(figures).</b> \(figure.caption.htmlEscaped)</figcaption>", "</figure>",
                    ]
                }
            }
            lines.append("</section>")
        }
        return (lines + ["</main>", "</body>", "</html>"]).joined(separator: "\n") + "\n"
    }

    private func checkIDs() throws(InputError) {
        var known: Set<String> = []
        for section in sections {
            let place = "section \"\(section.heading)\", id"
            let isPlain = section.id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }
            guard isPlain, section.id.first?.isLetter == true else {
                throw InputError(
                    place: place, expected: "ASCII letters, digits, - and _, beginning with a letter",
                    found: "\"\(section.id)\"")
            }
            guard !section.id.hasPrefix("table-"), !section.id.hasPrefix("figure-") else {
                throw InputError(
                    place: place, expected: "none that begins as tables' and figures' do", found: section.id)
            }
            guard known.insert(section.id).inserted else {
                throw InputError(place: place, expected: "one of its own", found: "\(section.id) again")
            }
        }
    }
}
