public import Foundation

/// Whole files that appear complete or not at all.
public enum AtomicFile {
    /// Writes `data` beside `path` under a temporary name, flushes it to the disk and renames it.
    /// A file of that name is replaced; on failure it stays as it was and the temporary file is removed.
    public static func write(_ data: Data, to path: String) throws(ArrayFileError) {
        let file = try PartialFile(path: path)
        try file.write(elements: Array(data))
        try file.finish()
    }
}
