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
}
