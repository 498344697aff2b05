import Foundation

extension Table {
    /// The table in Markdown (GitHub's kind), its caption above and its footnotes below.
    package var markdown: String {
        let layout = TableLayout(self)
        let headings = columns.map { ($0.group.map { $0 + ", " } ?? "") + $0.title }
        var lines = [[labelHeading.markdownEscaped] + headings.map(\.markdownEscaped)]
        for (row, cells) in zip(rows, layout.cells) {
            lines.append([row.label.markdownEscaped] + cells.map(\.markdown))
        }
        let widths = (0...columns.count).map { column in lines.map { $0[column].count }.max() ?? 0 }
        let isLeft = [true] + columns.indices.map { isText(column: $0) }
        var printed = lines.map { line in
            let cells = zip(line, zip(widths, isLeft)).map { cell, style in
                let padding = String(repeating: " ", count: style.0 - cell.count)
                return style.1 ? cell + padding : padding + cell
            }
            return "| \(cells.joined(separator: " | ")) |"
        }
        let rules = zip(widths, isLeft).map { width, isLeft in
            isLeft ? String(repeating: "-", count: width + 2) : String(repeating: "-", count: width + 1) + ":"
        }
        printed.insert("|\(rules.joined(separator: "|"))|", at: 1)
        var parts = ["**\(caption.markdownEscaped)**", printed.joined(separator: "\n")]
        if !layout.notes.isEmpty {
            let notes = layout.notes.map { "- (\($0.symbol.markdownEscaped)) \($0.text.markdownEscaped)" }
            parts.append(notes.joined(separator: "\n"))
        }
        return parts.joined(separator: "\n\n") + "\n"
    }
}

extension TableLayout.Cell {
    fileprivate var markdown: String {
        switch self {
        case .empty: return "-"
        case .text(let text): return text.markdownEscaped
        case .failed(let letter): return "failed (\(letter))"
        case .number(let value, let spread, let marks, let isBest):
            let digits = isBest ? "**\(value.withMinusSigns)**" : value.withMinusSigns
            let sign = marks.isEmpty ? "" : " (\(marks.markdownEscaped))"
            return digits + (spread.isEmpty ? "" : " " + spread.withMinusSigns) + sign
        }
    }
}
