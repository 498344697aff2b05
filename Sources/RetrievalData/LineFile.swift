import AsCLBase

/// Text files with one item a line, as captions and image names are kept.
enum LineFile {
    /// The lines of a UTF-8 file without the white space around them and without a byte order mark; `item` says what a line
    /// holds. An empty file, a blank line and bytes that are not UTF-8 are errors.
    static func read(_ path: String, item: String) throws(InputError) -> [String] {
        var lines: [String] = []
        try TextFile.forEachLine(path) { number, line throws(InputError) in
            let text = line.trimmed
            guard !text.isEmpty else {
                throw InputError(path: path, place: "line \(number)", expected: "one \(item)", found: "a blank line")
            }
            lines.append(text)
        }
        guard !lines.isEmpty else {
            throw InputError(path: path, place: "content", expected: "one \(item) a line", found: "an empty file")
        }
        return lines
    }
}
