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
        guard unicodeScalars.contains(where: isBreaking) else { return self }
        return unicodeScalars.reduce(into: "") { line, scalar in
            if isBreaking(scalar) { line += scalar.escaped(asASCII: true) } else { line.unicodeScalars.append(scalar) }
        }
    }

    /// Fit for one line of a message: control characters escaped, at most 80 characters.
    package var shownInOneLine: String {
        String(prefix(80)).escapedForOneLine + (dropFirst(80).isEmpty ? "" : "...")
    }
}
