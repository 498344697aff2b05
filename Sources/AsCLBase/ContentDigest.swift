import Crypto
import Foundation

/// The SHA-256 of a whole content and of nothing else: what `sha256sum` prints of a file. `Digest` is for several parts.
package struct ContentDigest: Hashable, Sendable, BitwiseCopyable {
    package static let byteCount = 32

    private let words: SIMD4<UInt64>

    /// Reads the digest's bytes, of which there have to be 32.
    package init(bytes: UnsafeRawBufferPointer) {
        words = bytes.loadUnaligned(as: SIMD4<UInt64>.self)
    }

    /// The digest of some bytes.
    package init(of bytes: UnsafeRawBufferPointer) {
        var hasher = SHA256()
        hasher.update(bufferPointer: bytes)
        self = hasher.finalize().withUnsafeBytes { ContentDigest(bytes: $0) }
    }

    /// The digest of a text's UTF-8.
    package init(of text: String) {
        self = SHA256.hash(data: Data(text.utf8)).withUnsafeBytes { ContentDigest(bytes: $0) }
    }

    /// The digest of an open file from its beginning; nil, with `errno` set, where it cannot be read. The file is not
    /// mapped: whoever shortened a mapped file would end the process.
    package init?(ofDescriptor descriptor: Int32) {
        var hasher = SHA256()
        guard hasher.update(descriptor: descriptor) else { return nil }
        self = hasher.finalize().withUnsafeBytes { ContentDigest(bytes: $0) }
    }

    /// The digest of a file.
    /// - Throws: `InputError` where it cannot be read.
    package init(ofFile path: String) throws(InputError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(path, place: "opening", expected: "a readable file") }
        defer { close(descriptor) }
        guard let digest = ContentDigest(ofDescriptor: descriptor) else {
            throw .system(path, place: "reading", expected: "a readable file")
        }
        self = digest
    }

    /// The digest that `hexadecimal` spells; nil where it is none.
    package init?(hexadecimal: some StringProtocol) {
        var bytes: [UInt8] = []
        var rest = hexadecimal.utf8[...]
        while rest.count >= 2 {
            guard let byte = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        guard bytes.count == Self.byteCount, rest.isEmpty else { return nil }
        self = bytes.withUnsafeBytes { ContentDigest(bytes: $0) }
    }

    /// The digest's 32 bytes.
    package var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

    /// Which of `count` parts this is in, from 0: its first eight bytes as a number, modulo `count`. Collections lie by it.
    package func part(of count: Int) -> Int {
        Int(bytes.prefix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) } % UInt64(count))
    }

    /// 64 hexadecimal digits.
    package var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
