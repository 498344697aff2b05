/// Reads from front to back through bytes that come from anywhere; nil where they end too early.
package struct ByteReader {
    package let bytes: UnsafeRawBufferPointer
    package private(set) var offset: Int

    /// - Parameter offset: Where to begin; past the end there is nothing to read.
    package init(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
    }

    /// A little-endian number.
    package mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) -> Number? {
        guard let raw = take(MemoryLayout<Number>.size) else { return nil }
        return Number(littleEndian: raw.loadUnaligned(as: Number.self))
    }

    /// The next `count` bytes.
    package mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0, offset >= 0, offset <= bytes.count, count <= bytes.count - offset else { return nil }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    /// The next `count` bytes as UTF-8.
    package mutating func text(_ count: Int) -> String? {
        guard let raw = take(count) else { return nil }
        return String(validating: raw, as: UTF8.self)
    }

    /// A line of at most `limit` bytes, without its newline.
    package mutating func line(limit: Int) -> String? {
        guard offset >= 0, offset < bytes.count else { return nil }
        let rest = bytes[offset..<min(bytes.count, offset + limit + 1)]
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")), let line = text(end - offset) else { return nil }
        offset += 1
        return line
    }
}
