import Foundation

/// How text of any content is made safe for what it is put into.
extension String {
    /// Line breaks and tabs as single spaces.
    var onOneLine: String {
        split(whereSeparator: { $0.isNewline || $0 == "\t" }).joined(separator: " ")
    }

    /// With the characters that no XML may hold made visible: controls by their Unicode pictures, others by U+FFFD.
    var printable: String {
        var result = String.UnicodeScalarView()
        for scalar in replacingOccurrences(of: "\r\n", with: "\n").unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A: result.append(scalar)
            case 0x0D: result.append("\n")
            case 0x00...0x1F: result.append(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
            case 0x7F...0x9F, 0xFDD0...0xFDEF: result.append("\u{FFFD}")
            case let value where value & 0xFFFE == 0xFFFE: result.append("\u{FFFD}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// As text or an attribute's value in HTML and XML.
    var htmlEscaped: String {
        var result = ""
        for scalar in printable.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// As HTML with what stands between two backticks as code; a backtick without a partner stays one.
    var htmlWithCode: String {
        let parts = components(separatedBy: "`")
        return parts.indices.map { index in
            let text = parts[index].htmlEscaped
            if index.isMultiple(of: 2) { return text }
            return index == parts.count - 1 ? "`" + text : "<code>\(text)</code>"
        }.joined()
    }

    /// As text in a cell or paragraph of Markdown.
    var markdownEscaped: String {
        var result = ""
        for scalar in printable.onOneLine.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case "\\", "`", "*", "_", "[", "]", "|", "~", "#": result += "\\\(scalar)"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// As text in LaTeX; other scripts than the Latin are left to the engine and its fonts.
    var latexEscaped: String {
        var result = ""
        for scalar in printable.onOneLine.unicodeScalars {
            switch scalar {
            case "&", "%", "$", "#", "_", "{", "}": result += "\\\(scalar)"
            case "\\": result += "\\textbackslash{}"
            case "~": result += "\\textasciitilde{}"
            case "^": result += "\\textasciicircum{}"
            case "<": result += "\\textless{}"
            case ">": result += "\\textgreater{}"
            case "|": result += "\\textbar{}"
            case "†": result += "\\dag{}"
            case "‡": result += "\\ddag{}"
            case "§": result += "\\S{}"
            case "–": result += "--"
            case "\u{2212}": result += "$-$"
            case "±": result += "$\\pm$"
            case "×": result += "$\\times$"
            case "≤": result += "$\\leq$"
            case "≥": result += "$\\geq$"
            case "→": result += "$\\rightarrow$"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// As a string of gnuplot's, in single quotes: there neither backslashes, backticks nor `@` mean anything.
    var gnuplotQuoted: String {
        "'" + printable.onOneLine.replacingOccurrences(of: "'", with: "''") + "'"
    }
}
