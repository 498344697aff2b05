extension String {
    /// The text without the white space around it.
    package var trimmed: String {
        // Most text begins and ends with a printed character of ASCII, which is quick to see.
        let printed: ClosedRange<UInt8> = 0x21...0x7E
        if let first = utf8.first, let last = utf8.last, printed.contains(first), printed.contains(last) { return self }
        guard let first = firstIndex(where: { !$0.isWhitespace }),
            let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }

    /// The text on one line: control characters and line separators as escapes, `\n` and the like.
    package var escapedForOneLine: String {
        func isBreaking(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: true
            default: false
            }
        }
        return escaping(isBreaking)
    }

    /// The text as a terminal may have it: control characters, by which a file's name could steer it, as escapes; tabs
    /// and line breaks stay.
    package var escapedForTerminal: String {
        escaping { $0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t" }
    }

    private func escaping(_ isEscaped: (Unicode.Scalar) -> Bool) -> String {
        guard unicodeScalars.contains(where: isEscaped) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if isEscaped(scalar) { text += scalar.escaped(asASCII: true) } else { text.unicodeScalars.append(scalar) }
        }
    }

    /// Fit for one line of a message: control characters escaped, at most 80 characters.
    package var shownInOneLine: String {
        String(prefix(80)).escapedForOneLine + (dropFirst(80).isEmpty ? "" : "...")
    }
}
