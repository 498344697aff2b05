import Foundation

extension Table {
    /// The table as HTML, with its LaTeX folded away below it.
    /// - Parameter number: Its place among the report's tables, from 1.
    func html(number: Int) -> String {
        let layout = TableLayout(self)
        var lines = ["<figure class=\"table\" id=\"table-\(number)\">", "<table>"]
        lines.append("<caption><b>Table \(number).</b> \(caption.htmlEscaped)</caption>")
        lines += headHTML
        lines.append("<tbody>")
        for (row, cells) in zip(rows, layout.cells) {
            let body = cells.indices.map { index in
                cells[index].html(longest: layout.longest[index], isText: isText(column: index))
            }
            lines.append("<tr><th scope=\"row\">\(row.label.htmlEscaped)</th>\(body.joined())</tr>")
        }
        lines += ["</tbody>", "</table>"]
        if !layout.notes.isEmpty {
            lines.append("<ul class=\"notes\">")
            lines += layout.notes.map { "<li><sup>\($0.symbol.htmlEscaped)</sup> \($0.text.htmlEscaped)</li>" }
            lines.append("</ul>")
        }
        lines.append("<details><summary>LaTeX</summary><pre><code>\(latex.htmlEscaped)</code></pre></details>")
        lines.append("</figure>")
        return lines.joined(separator: "\n")
    }

    /// The headings; with a line of groups above where there are any.
    private var headHTML: [String] {
        let hasGroups = columns.contains { $0.group != nil }
        var lines = ["<thead>"]
        let label = "<th scope=\"col\"\(hasGroups ? " rowspan=\"2\"" : "")>\(labelHeading.htmlEscaped)</th>"
        if hasGroups {
            let groups = groups.map { group in
                let name = group.name.map { "<span>\($0.htmlEscaped)</span>" }
                return name.map { "<th class=\"group\" scope=\"colgroup\" colspan=\"\(group.count)\">\($0)</th>" }
                    ?? "<td colspan=\"\(group.count)\"></td>"
            }
            lines.append("<tr>\(label)\(groups.joined())</tr>")
        }
        let headings = columns.indices.map { index in
            "<th scope=\"col\"\(isText(column: index) ? "" : " class=\"number\"")>"
                + "\(columns[index].title.htmlEscaped)</th>"
        }
        lines += ["<tr>\(hasGroups ? "" : label)\(headings.joined())</tr>", "</thead>"]
        return lines
    }
}

extension TableLayout.Cell {
    /// A number's parts stand in slots as wide as the column's widest, so that decimal points meet in a centred column.
    fileprivate func html(longest: TableLayout.Longest, isText: Bool) -> String {
        switch self {
        case .empty: return isText ? "<td>-</td>" : "<td class=\"number\">-</td>"
        case .text(let text):
            return isText ? "<td>\(text.htmlEscaped)</td>" : "<td class=\"number\">\(text.htmlEscaped)</td>"
        case .failed(let letter): return "<td class=\"number failed\">failed<sup>\(letter)</sup></td>"
        case .number(let value, let spread, let marks, let isBest):
            let digits = value.withMinusSigns.htmlEscaped
            var parts = Self.slot(isBest ? "<b>\(digits)</b>" : digits, width: Double(longest.value.count))
            if !longest.spread.isEmpty {
                // A half less: the space in it is narrower than a digit.
                parts += " " + Self.slot(spread.withMinusSigns.htmlEscaped, width: Double(longest.spread.count) - 0.5)
            }
            if !longest.marks.isEmpty {
                let sign = marks.isEmpty ? "" : "<sup>\(marks.htmlEscaped)</sup>"
                parts += Self.slot(sign, width: Double(longest.marks.count), isLeft: true)
            }
            return "<td class=\"number\">\(parts)</td>"
        }
    }

    private static func slot(_ content: String, width: Double, isLeft: Bool = false) -> String {
        "<span class=\"slot\(isLeft ? " left" : "")\" style=\"min-width:\(width)ch\">\(content)</span>"
    }
}

extension String {
    /// Hyphens before digits as minus signs.
    var withMinusSigns: String { replacingOccurrences(of: "-", with: "\u{2212}") }
}
