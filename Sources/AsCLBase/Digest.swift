import Crypto
package import Foundation

/// SHA-256 over parts, each taken in with its length, so that ("ab", "c") and ("a", "bc") differ.
package struct Digest: CustomStringConvertible {
    private var hash = SHA256()

    /// Nothing yet.
    package init() {}

    /// Takes in bytes.
    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { hash.update(bufferPointer: $0) }
        hash.update(bufferPointer: bytes)
    }

    /// Takes in bytes.
    package mutating func add(_ bytes: UnsafeMutableRawBufferPointer) { add(UnsafeRawBufferPointer(bytes)) }

    /// Takes in bytes.
    package mutating func add(_ data: Data) { data.withUnsafeBytes { add($0) } }

    /// Takes in a text's UTF-8.
    package mutating func add(_ text: String) { add(Data(text.utf8)) }

    /// Of all that was taken in so far, in 64 hexadecimal digits.
    package var description: String { hash.finalize().map { String(format: "%02x", $0) }.joined() }
}
