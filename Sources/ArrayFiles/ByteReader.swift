/// Reads from front to back through bytes that come from anywhere; nil where they end too early.
struct ByteReader {
    let bytes: UnsafeRawBufferPointer
    private(set) var offset: Int

    /// - Parameter offset: Where to begin; past the end there is nothing to read.
    init(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
    }

    /// A little-endian number.
    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) -> Number? {
        guard let raw = take(MemoryLayout<Number>.size) else { return nil }
        return Number(littleEndian: raw.loadUnaligned(as: Number.self))
    }

    /// The next `count` bytes.
    mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0, offset >= 0, offset <= bytes.count, count <= bytes.count - offset else { return nil }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    /// The next `count` bytes as UTF-8.
    mutating func text(_ count: Int) -> String? {
        guard let raw = take(count) else { return nil }
        return String(validating: raw, as: UTF8.self)
    }

    /// A line of at most `limit` bytes, without its newline.
    mutating func line(limit: Int) -> String? {
        guard offset >= 0, offset < bytes.count else { return nil }
        let rest = bytes[offset..<min(bytes.count, offset + limit + 1)]
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")), let line = text(end - offset) else { return nil }
        offset += 1
        return line
    }
}

extension String {
    /// Fit for one line of a message: control characters escaped, at most 80 characters.
    var shownInOneLine: String {
        let shown = prefix(80).unicodeScalars.map {
            $0.properties.generalCategory == .control ? $0.escaped(asASCII: true) : String($0)
        }
        return shown.joined() + (dropFirst(80).isEmpty ? "" : "...")
    }
}
