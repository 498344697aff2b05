import Crypto
import Foundation

/// What git calls a content.
package enum GitBlob {
    /// The name of an open file's content, 40 hexadecimal digits: the SHA-1 that `git hash-object` prints; nil, with
    /// `errno` set, where it cannot be read. It tells a damaged file, not one that was made to have it.
    package static func name(ofDescriptor descriptor: Int32) -> String? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        var hasher = Insecure.SHA1()
        hasher.update(data: Data("blob \(status.st_size)\0".utf8))
        guard hasher.update(descriptor: descriptor) else { return nil }
        return hasher.finalize().map { String(format: "%02x", $0) }.joined()
    }
}

extension HashFunction {
    /// Takes in an open file from its beginning; false, with `errno` set, where it cannot be read.
    mutating func update(descriptor: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var offset = 0
        while true {
            let count = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
            if count == 0 { return true }
            if count < 0 {
                if errno == EINTR { continue }
                return false
            }
            buffer.withUnsafeBytes { update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            offset += count
        }
    }
}
