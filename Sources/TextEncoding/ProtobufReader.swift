import AsCLBase

/// Reads the fields of a protocol buffer's message from front to back.
struct ProtobufReader {
    /// A field's value as it stands in the file.
    enum Value {
        case number(UInt64)
        case bytes(UnsafeRawBufferPointer)
        case float(Float)
        /// Of a kind that no message here has.
        case other
    }

    private var reader: ByteReader
    private let path: String
    private let place: String

    /// - Parameter place: The message's name, for errors.
    init(_ bytes: UnsafeRawBufferPointer, path: String, place: String) {
        reader = ByteReader(bytes)
        (self.path, self.place) = (path, place)
    }

    /// The next field's number and value; nil at the message's end.
    mutating func next() throws(InputError) -> (field: Int, value: Value)? {
        guard reader.offset < reader.bytes.count else { return nil }
        let start = reader.offset
        guard let key = varint(), let value = value(kind: key & 7), let field = Int(exactly: key >> 3), field > 0 else {
            throw InputError(
                path: path, place: "\(place), byte \(start)", expected: "a field of a protocol buffer",
                found: "other bytes, or the end")
        }
        return (field, value)
    }

    private mutating func value(kind: UInt64) -> Value? {
        switch kind {
        case 0: varint().map(Value.number)
        case 1: reader.take(8).map { _ in .other }
        case 2: varint().flatMap(Int.init(exactly:)).flatMap { reader.take($0) }.map(Value.bytes)
        case 5: reader.number(UInt32.self).map { .float(Float(bitPattern: $0)) }
        default: nil
        }
    }

    /// A number of up to ten bytes of seven bits, the lowest first.
    private mutating func varint() -> UInt64? {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = reader.number(UInt8.self) else { return nil }
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
        }
        return nil
    }
}
