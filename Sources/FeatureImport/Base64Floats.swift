import Foundation

/// Arrays of little-endian float32 in base64, as tables hold them.
enum Base64Floats {
    /// Characters that so many numbers take.
    static func length(_ count: Int) -> Int { (4 * count + 2) / 3 * 4 }

    /// How many whole numbers a text of base64 holds; nil where it cannot be one.
    static func count(_ text: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard text.count >= 4, text.count.isMultiple(of: 4) else { return nil }
        let padding = text.suffix(2).count { $0 == UInt8(ascii: "=") }
        let bytes = text.count / 4 * 3 - padding
        return bytes.isMultiple(of: 4) ? bytes / 4 : nil
    }

    /// The text without what Python 3 puts around bytes that are written as text: `b'...'`.
    static func unwrapped(_ text: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        guard text.count >= 3, text.starts(with: "b'".utf8), text.last == UInt8(ascii: "'") else { return text }
        return text.dropFirst(2).dropLast()
    }

    /// The numbers; nil where the text is no base64 of whole numbers.
    static func decode(_ text: Slice<UnsafeRawBufferPointer>) -> [Float]? {
        let bytes = UnsafeRawBufferPointer(rebasing: text)
        guard let base = bytes.baseAddress else { return nil }
        let view = Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: base), count: bytes.count, deallocator: .none)
        guard let data = Data(base64Encoded: view), data.count.isMultiple(of: 4) else { return nil }
        return [Float](unsafeUninitializedCapacity: data.count / 4) { target, count in
            data.copyBytes(to: UnsafeMutableRawBufferPointer(target))
            count = data.count / 4
        }
    }
}
