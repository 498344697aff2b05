import CPostgres

/// What a statement gave.
package final class PostgresRows {
    private let result: OpaquePointer

    /// Takes a result over.
    init(_ result: OpaquePointer) { self.result = result }

    deinit { PQclear(result) }

    /// Rows.
    package var count: Int { Int(PQntuples(result)) }

    /// Rows that the statement wrote or removed.
    package var affected: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

    /// Whether a value is null.
    package func isNull(_ row: Int, _ column: Int) -> Bool { PQgetisnull(result, Int32(row), Int32(column)) != 0 }

    /// A text; nil for null.
    package func text(_ row: Int, _ column: Int) -> String? {
        guard !isNull(row, column) else { return nil }
        return PQgetvalue(result, Int32(row), Int32(column)).map { String(cString: $0) }
    }

    /// A number that came as text.
    package func number<Number: LosslessStringConvertible>(_ row: Int, _ column: Int) -> Number? {
        text(row, column).flatMap { Number($0) }
    }

    /// A truth that came as text.
    package func truth(_ row: Int, _ column: Int) -> Bool { text(row, column) == "t" }

    /// The bytes of a value that came in its binary form; none for null.
    package func withBytes<Value>(_ row: Int, _ column: Int, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        let count = Int(PQgetlength(result, Int32(row), Int32(column)))
        return body(UnsafeRawBufferPointer(start: PQgetvalue(result, Int32(row), Int32(column)), count: count))
    }

    /// A whole number that came in its binary form, of 8 bytes.
    package func int64(_ row: Int, _ column: Int) -> Int64 {
        withBytes(row, column) { $0.count == 8 ? Int64(bigEndian: $0.loadUnaligned(as: Int64.self)) : 0 }
    }

    /// A number that came in its binary form, of 8 bytes.
    package func double(_ row: Int, _ column: Int) -> Double {
        Double(bitPattern: UInt64(bitPattern: int64(row, column)))
    }
}
