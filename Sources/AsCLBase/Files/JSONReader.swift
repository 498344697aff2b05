package import Foundation

/// Reads JSON (RFC 8259) from front to back.
package struct JSONReader {
    private let path: String
    private let bytes: UnsafeRawBufferPointer
    private var index = 0

    /// Deeper nesting than any tokenizer's is refused, for the reader recurses.
    private static let deepest = 64
    /// A value takes some tens of bytes of memory for one of text.
    private static let longest = 1 << 27

    /// The value that a whole file is.
    package static func value(of file: MappedFile) throws(InputError) -> JSONValue {
        let value = try value(of: file.bytes, path: file.path)
        withExtendedLifetime(file) {}
        return value
    }

    /// The value that bytes are, which came from `path`.
    package static func value(of data: Data, path: String) throws(InputError) -> JSONValue {
        try Array(data).withUnsafeBufferPointer { (bytes) throws(InputError) in
            try value(of: UnsafeRawBufferPointer(bytes), path: path)
        }
    }

    private static func value(of bytes: UnsafeRawBufferPointer, path: String) throws(InputError) -> JSONValue {
        guard bytes.count <= longest else {
            throw InputError(
                path: path, place: "size", expected: "at most \(longest) bytes of JSON", found: "\(bytes.count)")
        }
        var reader = JSONReader(path: path, bytes: bytes)
        let value = try reader.value(depth: 0)
        reader.skipBlanks()
        guard reader.index == reader.bytes.count else { throw reader.wrong("the end of the JSON") }
        return value
    }

    private init(path: String, bytes: UnsafeRawBufferPointer) {
        self.path = path
        self.bytes = bytes
    }

    private func wrong(_ expected: String) -> InputError {
        let found = index < bytes.count ? "another byte, 0x\(String(bytes[index], radix: 16))" : "the file's end"
        return InputError(path: path, place: "byte \(index)", expected: expected, found: found)
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || (9...10).contains(byte) || byte == 13 { index += 1 }
    }

    private mutating func take(_ byte: Character) -> Bool {
        guard next == byte.asciiValue else { return false }
        index += 1
        return true
    }

    private mutating func value(depth: Int) throws(InputError) -> JSONValue {
        guard depth <= Self.deepest else { throw wrong("at most \(Self.deepest) levels of nesting") }
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try array(depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object(_ depth: Int) throws(InputError) -> JSONValue {
        index += 1
        var members: [(key: String, value: JSONValue)] = []
        skipBlanks()
        if take("}") { return .object(members) }
        while true {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw wrong("a key in quotes") }
            let key = try string()
            skipBlanks()
            guard take(":") else { throw wrong("a colon after a key") }
            members.append((key, try value(depth: depth + 1)))
            skipBlanks()
            if take("}") { return .object(members) }
            guard take(",") else { throw wrong("a comma or the object's end") }
        }
    }

    private mutating func array(_ depth: Int) throws(InputError) -> JSONValue {
        index += 1
        var values: [JSONValue] = []
        skipBlanks()
        if take("]") { return .array(values) }
        while true {
            values.append(try value(depth: depth + 1))
            skipBlanks()
            if take("]") { return .array(values) }
            guard take(",") else { throw wrong("a comma or the list's end") }
        }
    }

    private mutating func word(_ text: String, _ value: JSONValue) throws(InputError) -> JSONValue {
        guard bytes[index...].starts(with: text.utf8) else { throw wrong("JSON's \(text)") }
        index += text.utf8.count
        return value
    }

    private mutating func number() throws(InputError) -> JSONValue {
        let end = bytes[index...].firstIndex { !"+-.0123456789eE".utf8.contains($0) } ?? bytes.count
        guard end > index, end - index < 400, let value = Double(String(decoding: bytes[index..<end], as: UTF8.self))
        else { throw wrong("a JSON value") }
        index = end
        return .number(value)
    }

    private mutating func string() throws(InputError) -> String {
        index += 1
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw wrong("a string in UTF-8") }
                index += 1
                return string
            case UInt8(ascii: "\\"): try escape(&text)
            case 0..<0x20: throw wrong("a string without control characters")
            default:
                text.append(byte)
                index += 1
            }
        }
        throw wrong("the string's end")
    }

    private mutating func escape(_ text: inout [UInt8]) throws(InputError) {
        index += 1
        guard let byte = next else { throw wrong("an escape") }
        let plain: [UInt8: UInt8] = [
            0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9, 0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F,
        ]
        if let character = plain[byte] {
            text.append(character)
            index += 1
            return
        }
        guard byte == UInt8(ascii: "u") else { throw wrong("an escape that JSON knows") }
        var units = [try unit()]
        if UTF16.isLeadSurrogate(units[0]), bytes[index...].starts(with: "\\u".utf8) {
            index += 1
            units.append(try unit())
        }
        guard let string = String(validating: units, as: UTF16.self) else { throw wrong("a whole surrogate pair") }
        text += string.utf8
    }

    /// The four digits after a `u`.
    private mutating func unit() throws(InputError) -> UInt16 {
        let digits = bytes[(index + 1)...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw wrong("four hexadecimal digits") }
        index += 5
        return unit
    }
}
