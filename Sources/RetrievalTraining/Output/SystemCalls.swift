import ArrayFiles
import AsCLBase
import Foundation

// Files by the system's own calls: their errors say the reason in a word where Foundation's are a number.

extension TrainingError {
    /// The reason of the system call that just failed on `path`.
    static func system(path: String) -> TrainingError {
        .unusable(path: path, problem: String(cString: strerror(errno)))
    }
}

/// A whole file's bytes.
func readFile(_ path: String) throws(TrainingError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(path: path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = block.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        if count > 0 {
            bytes += block[..<count]
        } else if count == 0 {
            return bytes
        } else if errno != EINTR {
            throw .system(path: path)
        }
    }
}

/// Puts a whole file in place of what was there, or leaves that untouched.
func replaceFile(_ path: String, with bytes: [UInt8]) throws(TrainingError) {
    do throws(InputError) {
        try AtomicFile.write(Data(bytes), to: path)
    } catch {
        throw .unusable(path: path, problem: error.found)
    }
}
