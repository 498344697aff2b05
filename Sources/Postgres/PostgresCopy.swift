/// Rows on their way into a table, in the binary form of `COPY`.
package struct PostgresCopy {
    private let columns: Int
    private let put: ([UInt8]) throws(PostgresError) -> Void
    private var buffer: [UInt8]

    /// Bytes that are handed over at once.
    private static let chunk = 256 << 10

    init(columns: Int, put: @escaping ([UInt8]) throws(PostgresError) -> Void) {
        self.columns = columns
        self.put = put
        buffer = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0] + [UInt8](repeating: 0, count: 8)
    }

    /// Begins a row; as many values as there are columns have to follow.
    package mutating func begin() throws(PostgresError) {
        if buffer.count >= Self.chunk {
            try put(buffer)
            buffer.removeAll(keepingCapacity: true)
        }
        add(UInt16(columns))
    }

    /// Adds a value's bytes; nil for null.
    package mutating func add(_ bytes: [UInt8]?) {
        guard let bytes else {
            add(UInt32.max)
            return
        }
        add(UInt32(bytes.count))
        buffer.append(contentsOf: bytes)
    }

    /// Adds a text.
    package mutating func add(_ text: String?) { add(text.map { Array($0.utf8) }) }

    /// Adds a `bigint`.
    package mutating func add(_ number: Int64?) { add(number.map { Self.bytes($0.bigEndian) }) }

    /// Adds an `integer`.
    package mutating func add(_ number: Int32?) { add(number.map { Self.bytes($0.bigEndian) }) }

    /// Adds a `double precision`.
    package mutating func add(_ number: Double?) { add(number.map { Self.bytes($0.bitPattern.bigEndian) }) }

    mutating func finish() throws(PostgresError) {
        add(UInt16.max)
        try put(buffer)
    }

    private mutating func add(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { buffer.append(contentsOf: $0) }
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value) { Array($0) }
    }
}
