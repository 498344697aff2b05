import Foundation

/// A file being written under a temporary name beside its final one; only `finish` makes it appear.
package final class PartialFile {
    package let path: String
    private let temporaryPath: String
    private let isKept: Bool
    private var descriptor: Int32

    /// - Parameter isKept: Whether the unfinished file stays when this object goes, under a name that finds it again.
    package init(path: String, isKept: Bool = false) throws(InputError) {
        try Self.expectFileName(path)
        self.path = path
        self.isKept = isKept
        let url = URL(fileURLWithPath: path)
        let unique = isKept ? "" : ".\(UUID().uuidString.prefix(8))"
        let name = ".\(url.lastPathComponent)\(unique).partial"
        temporaryPath = url.deletingLastPathComponent().appendingPathComponent(name).path
        descriptor = open(temporaryPath, O_RDWR | O_CREAT | (isKept ? 0 : O_EXCL) | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw .system(path, place: "creating", expected: "a folder that can be written", code: errno)
        }
    }

    /// Throws where no file can take the name in the end: to learn that after hours of work is too late.
    private static func expectFileName(_ path: String) throws(InputError) {
        var status = stat()
        let isThere = stat(path, &status) == 0
        let kind = status.st_mode & S_IFMT
        guard path.isEmpty || path.hasSuffix("/") || isThere && kind != S_IFREG else { return }
        let found =
            path.isEmpty ? "an empty one" : !isThere || kind == S_IFDIR ? "a folder's" : "that of a device or a pipe"
        throw InputError(path: path, place: "creating", expected: "the name of a file", found: found)
    }

    /// Bytes in the unfinished file.
    package func size() throws(InputError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .system(path, place: "writing", expected: "a readable file", code: errno)
        }
        return Int(status.st_size)
    }

    /// Makes the unfinished file so long, with zeros where nothing was written.
    package func resize(to count: Int) throws(InputError) {
        guard ftruncate(descriptor, off_t(count)) == 0 else {
            throw .system(path, place: "writing", expected: "room for \(count) bytes", code: errno)
        }
    }

    /// Writes at a place of its own, whatever was written before.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(InputError) {
        var written = 0
        while written < bytes.count, let base = bytes.baseAddress {
            let count = pwrite(descriptor, base + written, bytes.count - written, off_t(offset + written))
            if count < 0 {
                if errno == EINTR { continue }
                throw .system(path, place: "writing", expected: "room for \(bytes.count) more bytes", code: errno)
            }
            written += count
        }
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(InputError) {
        try Self.write(bytes, to: descriptor, path: path)
    }

    package func write<Element: BitwiseCopyable>(elements: [Element]) throws(InputError) {
        try elements.withUnsafeBufferPointer { (elements) throws(InputError) in
            try write(UnsafeRawBufferPointer(elements))
        }
    }

    /// Puts the content on the disk, which a power cut then does not undo.
    package func synchronize() throws(InputError) {
        guard fsync(descriptor) == 0 else {
            throw .system(path, place: "writing", expected: "room on the disk", code: errno)
        }
    }

    /// Puts the content on the disk and the file under its name, which a power cut does not undo.
    package func finish() throws(InputError) {
        try synchronize()
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0 else {
            let code = errno
            unlink(temporaryPath)
            throw .system(path, place: "writing", expected: "room on the disk", code: code)
        }
        do {
            try AtomicFile.rename(temporaryPath, to: path)
        } catch {
            unlink(temporaryPath)
            throw error
        }
    }

    deinit {
        if descriptor >= 0 {
            close(descriptor)
            if !isKept { unlink(temporaryPath) }
        }
    }

    /// Writes everything: `write(2)` may take less than it is given.
    package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws(InputError) {
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            let written = Foundation.write(descriptor, base, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw .system(path, place: "writing", expected: "room for \(rest.count) more bytes", code: errno)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }
}
