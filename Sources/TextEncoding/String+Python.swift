/// What Python does to texts, where transformers leaves it to Python.
extension Unicode.Scalar {
    /// What Python's `str.strip` and `\s` take for blank: white space and four separators among the control characters.
    var isPythonBlank: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }
}

extension String {
    /// In lower case as by Python's `str.lower`: a sigma at a word's end becomes a final one.
    var pythonLowercase: String.UnicodeScalarView {
        guard utf8.contains(0xCE) else {
            return String.UnicodeScalarView(unicodeScalars.lazy.flatMap(\.properties.lowercaseMapping.unicodeScalars))
        }
        let scalars = Array(unicodeScalars)
        var result = String.UnicodeScalarView()
        for (index, scalar) in scalars.enumerated() {
            if scalar == "\u{3A3}" {
                let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
                let behind = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
                let isFinal = before?.properties.isCased == true && behind?.properties.isCased != true
                result.append(isFinal ? "\u{3C2}" : "\u{3C3}")
            } else {
                result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return result
    }
}
