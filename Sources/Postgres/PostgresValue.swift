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
            // Scalar by scalar, as the server reads: with a combining mark behind it a quote is another character.
            var escaped = String.UnicodeScalarView()
            for scalar in value.unicodeScalars {
                if scalar == "\"" || scalar == "\\" { escaped.append("\\") }
                escaped.append(scalar)
            }
            return "\"\(String(escaped))\""
        }
        return .text("{\(quoted.joined(separator: ","))}")
    }
}

/// The binary forms of pgvector's types: how many numbers, two bytes of nothing, and the numbers, all big-endian.
package enum VectorBytes {
    /// Of `vector`.
    package static func floats(_ vector: [Float]) -> [UInt8] {
        bytes(vector.count, of: 4) { place, buffer in
            buffer.storeBytes(of: vector[place].bitPattern.bigEndian, toByteOffset: 4 + 4 * place, as: UInt32.self)
        }
    }

    /// Of a `halfvec` in a vector's direction, of length 1.
    package static func unit(_ vector: [Float]) -> [UInt8] {
        let scale = 1 / vector.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
        return bytes(vector.count, of: 2) { place, buffer in
            let bits = Float16(vector[place] * scale).bitPattern.bigEndian
            buffer.storeBytes(of: bits, toByteOffset: 4 + 2 * place, as: UInt16.self)
        }
    }

    /// The numbers of a `halfvec`.
    package static func vector(halves bytes: UnsafeRawBufferPointer) -> [Float] {
        (0..<max(0, bytes.count - 4) / 2).map { place in
            let bits = bytes.loadUnaligned(fromByteOffset: 4 + 2 * place, as: UInt16.self)
            return Float(Float16(bitPattern: UInt16(bigEndian: bits)))
        }
    }

    private static func bytes(
        _ count: Int, of size: Int, _ put: (_ place: Int, _ buffer: UnsafeMutableRawBufferPointer) -> Void
    ) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 4 + size * count) { buffer, filled in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            raw.storeBytes(of: UInt32(count << 16).bigEndian, as: UInt32.self)
            for place in 0..<count { put(place, raw) }
            filled = 4 + size * count
        }
    }
}
