import Foundation

extension Table {
    /// The table in LaTeX, for the package `booktabs`.
    package var latex: String {
        let layout = TableLayout(self)
        let isLeft = columns.indices.map { isText(column: $0) }
        var lines = [
            "\\begin{table}", "  \\centering", "  \\caption{\(caption.latexEscaped)}",
            "  \\begin{tabular}{l\(isLeft.map { $0 ? "l" : "r" }.joined())}", "    \\toprule",
        ]
        lines += groupLines
        let headings = zip(columns, isLeft).map { column, isLeft in
            isLeft ? column.title.latexEscaped : Self.centred(column.title.latexEscaped)
        }
        lines.append("    \(([labelHeading.latexEscaped] + headings).joined(separator: " & ")) \\\\")
        lines.append("    \\midrule")
        for (row, cells) in zip(rows, layout.cells) {
            let body = zip(cells, layout.longest).map { $0.latex(longest: $1) }
            // Braces keep a label that begins with a bracket from being read as an option of the line break before.
            lines.append("    {\(row.label.latexEscaped)} & \(body.joined(separator: " & ")) \\\\")
        }
        lines += ["    \\bottomrule", "  \\end{tabular}"]
        lines += layout.notes.map { note in
            "  \\par{\\footnotesize\\textsuperscript{\(note.symbol.latexEscaped)} \(note.text.latexEscaped)}"
        }
        return (lines + ["\\end{table}"]).joined(separator: "\n") + "\n"
    }

    /// The line of group headings and the rules below them.
    private var groupLines: [String] {
        guard columns.contains(where: { $0.group != nil }) else { return [] }
        var heads = [""]
        var rules: [String] = []
        var first = 2
        for (name, count) in groups {
            heads.append("\\multicolumn{\(count)}{c}{\((name ?? "").latexEscaped)}")
            if name != nil { rules.append("\\cmidrule(lr){\(first)-\(first + count - 1)}") }
            first += count
        }
        return ["    \(heads.joined(separator: " & ")) \\\\", "    \(rules.joined(separator: " "))"]
    }

    fileprivate static func centred(_ content: String) -> String { "\\multicolumn{1}{c}{\(content)}" }
}

extension TableLayout.Cell {
    /// The column is set flush right; phantoms fill what a number lacks, so that decimal points meet.
    fileprivate func latex(longest: TableLayout.Longest) -> String {
        switch self {
        case .empty: return Table.centred("--")
        case .text(let text): return text.latexEscaped
        case .failed(let letter): return Table.centred("failed\\textsuperscript{\(letter)}")
        case .number(let value, let spread, let marks, let isBest):
            let digits = value.withMinusSigns.latexEscaped
            var parts = isBest ? "\\textbf{\(digits)}" : digits
            if !spread.isEmpty {
                let missing = longest.spread.count - spread.count
                parts += "~" + spread.latexSpread(padding: String(repeating: "0", count: missing))
            } else if !longest.spread.isEmpty {
                parts += "\\phantom{~\(longest.spread.latexSpread(padding: ""))}"
            }
            return parts + (marks.isEmpty ? "" : "\\rlap{\\textsuperscript{\(marks.latexEscaped)}}")
        }
    }
}

extension String {
    /// `± 0.4` with the width of the padding before its digits, an interval with it before all.
    fileprivate func latexSpread(padding: String) -> String {
        let space = padding.isEmpty ? "" : "\\phantom{\(padding)}"
        guard hasPrefix("± ") else { return space + withMinusSigns.latexEscaped }
        return "$\\pm$~\(space)\(dropFirst(2))"
    }
}
