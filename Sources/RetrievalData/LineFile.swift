import ArrayFiles
import AsCLBase

/// Text files with one item a line, as captions and image names are kept.
enum LineFile {
    /// The lines of a UTF-8 file without the white space around them and without a byte order mark; `item` says what a line holds. An empty file,
    /// a blank line and bytes that are not UTF-8 are errors. Only a line feed ends a line, as in the field's loaders.
    static func read(_ path: String, item: String) throws(InputError) -> [String] {
        let file = try MappedFile(path: path)
        defer { withExtendedLifetime(file) {} }
        var rest = try TextFile.withoutMark(file.bytes, path: path)
        guard !rest.isEmpty else {
            throw InputError(path: path, place: "content", expected: "one \(item) a line", found: "an empty file")
        }
        var lines: [String] = []
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            let place = "line \(lines.count + 1)"
            guard let line = String(validating: rest[..<end], as: UTF8.self) else {
                throw InputError(path: path, place: place, expected: "UTF-8 text", found: "bytes that are not UTF-8")
            }
            let text = line.trimmed
            guard !text.isEmpty else {
                throw InputError(path: path, place: place, expected: "one \(item)", found: "a blank line")
            }
            lines.append(text)
            rest = end == rest.endIndex ? rest[end...] : rest[(end + 1)...]
        }
        return lines
    }
}
