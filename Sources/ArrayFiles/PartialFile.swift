import Foundation

/// A file being written under a temporary name beside its final one; only `finish` makes it appear.
final class PartialFile {
    let path: String
    private let temporaryPath: String
    private let isKept: Bool
    private var descriptor: Int32

    /// - Parameter isKept: Whether the unfinished file stays when this object goes, under a name that finds it again.
    init(path: String, isKept: Bool = false) throws(ArrayFileError) {
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

    /// Bytes in the unfinished file.
    func size() throws(ArrayFileError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .system(path, place: "writing", expected: "a readable file", code: errno)
        }
        return Int(status.st_size)
    }

    /// Makes the unfinished file so long, with zeros where nothing was written.
    func resize(to count: Int) throws(ArrayFileError) {
        guard ftruncate(descriptor, off_t(count)) == 0 else {
            throw .system(path, place: "writing", expected: "room for \(count) bytes", code: errno)
        }
    }

    /// Writes at a place of its own, whatever was written before.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(ArrayFileError) {
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

    func write(_ bytes: UnsafeRawBufferPointer) throws(ArrayFileError) {
        try Self.write(bytes, to: descriptor, path: path)
    }

    func write<Element: BitwiseCopyable>(elements: [Element]) throws(ArrayFileError) {
        try elements.withUnsafeBufferPointer { (elements) throws(ArrayFileError) in
            try write(UnsafeRawBufferPointer(elements))
        }
    }

    /// Puts the content on the disk and the file under its name.
    func finish() throws(ArrayFileError) {
        guard fsync(descriptor) == 0 else {
            throw .system(path, place: "writing", expected: "room on the disk", code: errno)
        }
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0, rename(temporaryPath, path) == 0 else {
            let code = errno
            unlink(temporaryPath)
            throw .system(path, place: "renaming the finished file", expected: "a name that can be taken", code: code)
        }
    }

    deinit {
        if descriptor >= 0 {
            close(descriptor)
            if !isKept { unlink(temporaryPath) }
        }
    }

    /// Writes everything: `write(2)` may take less than it is given.
    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws(ArrayFileError) {
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
