import AsCLBase

/// A `merges.txt`: two tokens a line, the earliest merge first; lines that begin with `#version` are left out.
struct MergesFile {
    let path: String
    let merges: [BytePairModel.Merge]
    /// The line of each merge, from 1.
    private let lines: [Int]

    /// Reads the file at `path`.
    init(path: String) throws(InputError) {
        self.path = path
        var (merges, lines): ([BytePairModel.Merge], [Int]) = ([], [])
        for (index, bytes) in try VocabularyFile(path: path).lines.enumerated() {
            let line = String(decoding: bytes, as: UTF8.self)
            if line.utf8.starts(with: "#version".utf8) { continue }
            let tokens = Self.tokens(line)
            guard tokens.count == 2 else {
                throw InputError(
                    path: path, place: "line \(index + 1)", expected: "two tokens with a blank between",
                    found: line.shownInOneLine)
            }
            merges.append((tokens[0], tokens[1]))
            lines.append(index + 1)
        }
        (self.merges, self.lines) = (merges, lines)
    }

    /// What to call a merge in a message.
    func place(_ merge: Int) -> String { "line \(lines[merge])" }

    /// The tokens of a line.
    static func tokens(_ line: String) -> [String] {
        line.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map { String(Substring($0)) }
    }
}
