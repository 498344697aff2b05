package import AsCLBase
import Crypto
import Foundation

/// What tells one file of weights from another.
package enum FileDigest {
    /// The SHA-256 of a file's content in hexadecimal.
    /// - Throws: `InputError` where the file cannot be read.
    package static func sha256(ofFile path: String) throws(InputError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(path, place: "opening", expected: "a readable file") }
        defer { close(descriptor) }
        return try sha256(of: descriptor, path: path)
    }

    /// The same of an open file, from its beginning; `path` is what errors call it.
    static func sha256(of descriptor: Int32, path: String) throws(InputError) -> String {
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var offset = 0
        while true {
            let count = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system(path, place: "reading", expected: "a readable file")
            }
            if count == 0 { break }
            buffer.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            offset += count
        }
        return hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
