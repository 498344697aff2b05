import Yams

/// Where a value stands, for errors: a file or override, a line in it when there is one, and the key's path.
struct ConfigurationPlace {
    let source: String
    private(set) var path = ""
    private(set) var line: Int?

    init(source: String) {
        self.source = source
    }

    /// The place of a key in the section that stands here.
    func key(_ key: String) -> Self {
        var place = self
        place.path = path.isEmpty ? key : "\(path).\(key)"
        return place
    }

    /// The same place with its line in the file. An override is a line of its own and has none.
    func at(_ mark: Mark?) -> Self {
        guard let mark, !source.hasPrefix("--") else { return self }
        var place = self
        place.line = mark.line
        return place
    }

    func invalid(expected: String, found: String) -> TrainingError {
        .invalidValue(source: sourceAndLine, key: path, expected: expected, found: found)
    }

    func unknown(known: [String]) -> TrainingError {
        let key = path.split(separator: ".", omittingEmptySubsequences: false).last.map(String.init) ?? path
        return .unknownKey(source: sourceAndLine, key: path, nearest: nearestName(to: key, in: known), known: known)
    }

    func malformed(_ problem: String) -> TrainingError {
        .malformed(source: sourceAndLine, problem: problem)
    }

    private var sourceAndLine: String {
        line.map { "\(source):\($0)" } ?? source
    }
}

/// The name that a typing slip most likely meant: at most a third of its letters differ.
func nearestName(to name: String, in candidates: [String]) -> String? {
    candidates.map { ($0, editDistance(name, $0)) }
        .filter { $0.1 <= max(1, $0.0.count / 3) }
        .min { $0.1 < $1.1 }?.0
}

/// The fewest insertions, deletions and substitutions of characters that turn `a` into `b` (Levenshtein's distance).
private func editDistance(_ a: String, _ b: String) -> Int {
    let b = Array(b)
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, y) in b.enumerated() {
            let substituted = diagonal + (x == y ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
        }
    }
    return row[b.count]
}
