extension PretrainedReport: CustomStringConvertible {
    /// A line a part, then what is wrong, then whether this program reads it.
    package var description: String {
        var lines = [folder]
        func add(_ name: String, _ value: String?) {
            guard let value else { return }
            lines.append("    " + name + String(repeating: " ", count: 15 - name.count) + value)
        }
        add("family", family)
        add("text", text.map { "\($0)" })
        add("pictures", picture.map { "\($0)" })
        add("tokenizer", tokenizer)
        add("preprocessing", preprocessing)
        let numbers = parameterCount.map { ", \($0) parameters" } ?? ""
        add("weights", weights.map { "\($0), \((weightsByteCount ?? 0) / 1000) kB\(numbers)" })
        for notice in notices { add("note", notice) }
        for problem in problems { add("wrong", problem) }
        lines.append("    this program \(isReadable ? "reads it" : "does not read it")")
        return lines.joined(separator: "\n")
    }
}

extension PretrainedReport.Tower: CustomStringConvertible {
    /// Its sizes in a line.
    package var description: String {
        var parts = ["\(layers) layers of \(width) values, \(heads) heads, \(activation), vectors of \(vectorWidth)"]
        if let vocabulary, let tokens { parts.append("table of \(vocabulary) tokens, at most \(tokens) in a text") }
        if let imageSize, let patchSize {
            parts.append("\(imageSize) x \(imageSize) pixels in patches of \(patchSize) x \(patchSize)")
        }
        return parts.joined(separator: "; ")
    }
}
