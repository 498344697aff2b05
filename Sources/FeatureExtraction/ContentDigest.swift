import Crypto
import Foundation

/// SHA-256 of a content: pictures of equal digest have equal features.
struct ContentDigest: Hashable, Sendable, BitwiseCopyable {
    static let byteCount = 32

    private let words: SIMD4<UInt64>

    /// Reads the digest's bytes, of which there have to be 32.
    init(bytes: UnsafeRawBufferPointer) {
        words = bytes.loadUnaligned(as: SIMD4<UInt64>.self)
    }

    /// The digest of a text.
    init(of text: String) {
        self = SHA256.hash(data: Data(text.utf8)).withUnsafeBytes { ContentDigest(bytes: $0) }
    }

    private init(_ hasher: SHA256) {
        self = hasher.finalize().withUnsafeBytes { ContentDigest(bytes: $0) }
    }

    /// The digest that `hexadecimal` spells; nil where it is none.
    init?(hexadecimal: some StringProtocol) {
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
    var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

    /// 64 hexadecimal digits.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Reads a file to its end. It is not mapped: whoever shortened a mapped file would end the process.
    /// - Returns: The digest, and what the system said of the file when it was opened.
    static func ofFile(_ path: String) throws(PictureFailure) -> (ContentDigest, FileStamp) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("cannot be opened") }
        defer { close(descriptor) }
        let stamp = try FileStamp(descriptor: descriptor)
        var hasher = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { return (ContentDigest(hasher), stamp) }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system("cannot be read")
            }
            buffer.withUnsafeBytes { hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }
}
