import AsCLBase
import Foundation

/// What of a folder is not to be indexed: the patterns of its `.asclignore`, one a line, as a shell has them.
///
/// A pattern without a slash fits any folder's or file's name on the way to a picture, one with a slash the path from the
/// top. `#` begins a remark.
struct IgnoreRules {
    private let patterns: [String]

    /// The rules of a folder; none where it has no such file.
    init(root: String) throws(InputError) {
        let path = root + "/.asclignore"
        guard FileManager.default.fileExists(atPath: path) else {
            patterns = []
            return
        }
        let bytes = try TextFile.read(path, expected: "a readable list of patterns")
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InputError(path: path, place: "encoding", expected: "UTF-8 text", found: "bytes that are not UTF-8")
        }
        patterns = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
            .map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    }

    /// Whether a picture is left out, by its path from the top.
    func ignores(_ path: String) -> Bool {
        guard !patterns.isEmpty else { return false }
        let parts = path.split(separator: "/").map(String.init)
        let ways = parts.indices.map { parts[...$0].joined(separator: "/") }
        return patterns.contains { pattern in
            let whole = pattern.hasPrefix("/") ? String(pattern.dropFirst()) : pattern
            return whole.contains("/") || pattern.hasPrefix("/")
                ? ways.contains { fnmatch(whole, $0, FNM_PATHNAME) == 0 }
                : parts.contains { fnmatch(whole, $0, 0) == 0 }
        }
    }
}
