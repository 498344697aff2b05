import Foundation

/// A file being written under a temporary name beside its final one; only `finish` makes it appear.
final class PartialFile {
    let path: String
    private let temporaryPath: String
    private var descriptor: Int32

    init(path: String) throws(ArrayFileError) {
        self.path = path
        let url = URL(fileURLWithPath: path)
        let name = ".\(url.lastPathComponent).\(UUID().uuidString.prefix(8)).partial"
        temporaryPath = url.deletingLastPathComponent().appendingPathComponent(name).path
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw .system(path, place: "creating", expected: "a folder that can be written", code: errno)
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
            unlink(temporaryPath)
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
