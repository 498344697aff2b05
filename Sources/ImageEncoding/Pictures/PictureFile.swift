import AsCLBase
import Foundation

/// The bytes of a picture file.
enum PictureFile {
    /// Reads a regular file, links followed. Anything else at the path (a folder, a pipe, a device) is not even opened:
    /// opening alone could wait for ever.
    ///
    /// It is read, not mapped: a mapped file that someone cuts short meanwhile would end the process.
    static func read(_ path: String, limit: Int) throws(InputError) -> [UInt8] {
        func failed(_ place: String, _ expected: String, _ found: String) -> InputError {
            InputError(path: path, place: place, expected: expected, found: found)
        }
        func system(_ place: String) -> InputError {
            failed(place, "a readable file", String(cString: strerror(errno)))
        }

        guard !path.utf8.contains(0) else { throw failed("name", "a file name", "one with a zero byte") }
        var status = stat()
        guard stat(path, &status) == 0 else { throw system("opening") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw failed("opening", "a regular file", kind(status.st_mode))
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw system("opening") }
        defer { close(descriptor) }
        // Again, because the path may mean something else by now.
        guard fstat(descriptor, &status) == 0 else { throw system("opening") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw failed("opening", "a regular file", kind(status.st_mode))
        }
        let size = Int(status.st_size)
        guard size > 0 else { throw failed("file", "a picture", "0 bytes") }
        guard size <= limit else { throw failed("file", "at most \(limit) bytes", "\(size)") }

        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let got = Foundation.read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
                if got < 0, errno == EINTR { continue }
                if got <= 0 {
                    code = got < 0 ? errno : 0
                    return
                }
                count += got
            }
        }
        if code != 0 { throw failed("reading", "a readable file", String(cString: strerror(code))) }
        if bytes.count < size { throw failed("reading", "\(size) bytes", "\(bytes.count): it changed meanwhile") }
        return bytes
    }

    /// The first bytes of a regular file, at most `count`; none where it cannot be read.
    static func start(_ path: String, count: Int) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(0, Foundation.read(descriptor, buffer.baseAddress, count))
        }
    }

    private static func kind(_ mode: mode_t) -> String {
        switch mode & S_IFMT {
        case S_IFDIR: "a folder"
        case S_IFIFO: "a pipe"
        case S_IFSOCK: "a socket"
        default: "a device"
        }
    }
}
