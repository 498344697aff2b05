import AsCLBase
import Foundation

/// What tells without reading it that a file is as it was.
package struct FileStamp: Hashable, Sendable {
    /// Bytes.
    package let size: Int
    /// Nanoseconds since 1970 when the content was last written.
    package let modified: Int

    /// Notes a size and a time.
    package init(size: Int, modified: Int) {
        self.size = size
        self.modified = modified
    }

    /// Looks at the file behind `path`, through links. It has to be a regular file.
    package init(path: String) throws(PictureFailure) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .system("cannot be opened") }
        try self.init(status)
    }

    /// Looks at an open file, which has to be a regular one.
    init(descriptor: Int32) throws(PictureFailure) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system("cannot be opened") }
        try self.init(status)
    }

    /// Reads a file to its end: the digest of what it holds, and the stamp it had when it was opened.
    static func withContent(of path: String) throws(PictureFailure) -> (ContentDigest, FileStamp) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("cannot be opened") }
        defer { close(descriptor) }
        let stamp = try FileStamp(descriptor: descriptor)
        guard let digest = ContentDigest(ofDescriptor: descriptor) else { throw .system("cannot be read") }
        return (digest, stamp)
    }

    private init(_ status: stat) throws(PictureFailure) {
        guard status.st_mode & S_IFMT == S_IFREG else { throw PictureFailure(reason: "not a regular file") }
        size = Int(status.st_size)
        modified = Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec)
    }

    /// Whether the file was written so lately that a further write could leave the same stamp: file systems count
    /// time in steps of up to two seconds.
    package var isTooFresh: Bool {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return modified > (Int(now.tv_sec) - 2) * 1_000_000_000
    }
}
