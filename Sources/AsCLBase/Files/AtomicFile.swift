package import Foundation

/// Files and folders that appear complete or not at all, and last once they have.
package enum AtomicFile {
    /// Writes `data` beside `path` under a temporary name, flushes it to the disk and renames it.
    /// A file of that name is replaced; on failure it stays as it was and the temporary file is removed.
    package static func write(_ data: Data, to path: String) throws(InputError) {
        let file = try PartialFile(path: path)
        try file.write(elements: Array(data))
        try file.finish()
    }

    /// Throws where no file of that name could be written: to know before long work. Nothing is left there.
    package static func expectPlace(for path: String) throws(InputError) { _ = try PartialFile(path: path) }

    /// Renames a finished file or folder within one file system, and flushes the folder that holds the new name: only
    /// then does a power cut not undo it. A file of the new name is replaced.
    package static func rename(_ path: String, to finalPath: String) throws(InputError) {
        guard Foundation.rename(path, finalPath) == 0 else {
            throw .system(finalPath, place: "renaming the finished file", expected: "a name that can be taken")
        }
        let folder = URL(fileURLWithPath: finalPath).deletingLastPathComponent().path
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(folder, place: "opening", expected: "a readable folder") }
        defer { close(descriptor) }
        // Some network file systems refuse, and keep their names without being asked.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw .system(folder, place: "flushing to the disk", expected: "room on the disk")
        }
    }
}
