/// A value of a statement.
package enum PostgresValue: Sendable {
    case null
    /// As text, which the server reads as whatever type is wanted there.
    case text(String)
    /// In the type's binary form.
    case binary([UInt8])

    /// A number, or nothing.
    package static func number(_ value: (some CustomStringConvertible)?) -> PostgresValue {
        value.map { .text($0.description) } ?? .null
    }

    /// A text, or nothing.
    package static func optional(_ value: String?) -> PostgresValue { value.map { .text($0) } ?? .null }

    /// Numbers as an array.
    package static func array(_ values: some Sequence<Int64>) -> PostgresValue {
        .text("{\(values.map { "\($0)" }.joined(separator: ","))}")
    }

    /// Texts as an array.
    package static func array(_ values: some Sequence<String>) -> PostgresValue {
        let quoted = values.map { value in
            let escaped = value.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
            return "\"\(String(escaped))\""
        }
        return .text("{\(quoted.joined(separator: ","))}")
    }
}

/// The binary forms of pgvector's types: how many numbers, two bytes of nothing, and the numbers, all big-endian.
package enum VectorBytes {
    /// Of `vector`.
    package static func floats(_ vector: some Collection<Float>) -> [UInt8] {
        var bytes = header(vector.count)
        bytes.reserveCapacity(4 + 4 * vector.count)
        for value in vector { withUnsafeBytes(of: value.bitPattern.bigEndian) { bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// Of `halfvec`.
    package static func halves(_ vector: some Collection<Float>) -> [UInt8] {
        var bytes = header(vector.count)
        bytes.reserveCapacity(4 + 2 * vector.count)
        for value in vector {
            withUnsafeBytes(of: Float16(value).bitPattern.bigEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// The numbers of a `halfvec`.
    package static func vector(halves bytes: UnsafeRawBufferPointer) -> [Float] {
        (0..<max(0, bytes.count - 4) / 2).map { place in
            let bits = bytes.loadUnaligned(fromByteOffset: 4 + 2 * place, as: UInt16.self)
            return Float(Float16(bitPattern: UInt16(bigEndian: bits)))
        }
    }

    private static func header(_ count: Int) -> [UInt8] { [UInt8(count >> 8 & 255), UInt8(count & 255), 0, 0] }
}
