package import Foundation

/// Text that users bring in UTF-8, with the byte order mark that Notepad and PowerShell put before it or without.
package enum TextFile {
    /// A whole file without the mark.
    /// - Parameter expected: What the file should be, for an error.
    package static func read(_ path: String, expected: String) throws(InputError) -> Data {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw InputError(path: path, place: "opening", expected: expected, found: error.localizedDescription)
        }
        return try withoutMark(data, path: path)
    }

    /// A file's bytes without the mark.
    /// - Throws: `InputError` where it is the mark of another encoding.
    package static func withoutMark<Bytes: Collection<UInt8>>(
        _ bytes: Bytes, path: String
    ) throws(InputError) -> Bytes.SubSequence {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return bytes.dropFirst(3) }
        guard bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) else { return bytes[...] }
        throw InputError(
            path: path, place: "encoding", expected: "UTF-8 text",
            found: "UTF-16 by its byte order mark; save it as UTF-8, or: iconv -f UTF-16 -t UTF-8 FILE > NEW")
    }

    /// Calls `body` with each line's number, from 1, and text, without what ends it: a line feed, as in the field's loaders,
    /// nothing else. An empty file has no line.
    /// - Throws: `InputError` of a line that is not UTF-8, or whatever `body` throws.
    package static func forEachLine(
        _ path: String, _ body: (Int, String) throws(InputError) -> Void
    ) throws(InputError) {
        let file = try MappedFile(path: path)
        defer { withExtendedLifetime(file) {} }
        var (rest, number) = (try withoutMark(file.bytes, path: path), 0)
        while !rest.isEmpty {
            number += 1
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            guard let line = String(validating: rest[..<end], as: UTF8.self) else {
                throw InputError(
                    path: path, place: "line \(number)", expected: "UTF-8 text", found: "bytes that are not UTF-8")
            }
            try body(number, line)
            rest = end == rest.endIndex ? rest[end...] : rest[(end + 1)...]
        }
    }
}
