import CPostgres
import Foundation

/// A connection to a server. One thread at a time uses it: whoever has it from its pool.
package final class PostgresConnection: @unchecked Sendable {
    private let address: PostgresAddress
    private let connection: OpaquePointer
    /// Seconds that a server may be silent for.
    private let patience: Double
    /// Whether nothing can be asked over it any more.
    private(set) var isBroken = false
    /// Asked several times a second while something is waited for: once it says so, the server is told to stop, and
    /// says by an error that it did.
    package var isCancelled: (() -> Bool)?

    /// Connects.
    init(_ address: PostgresAddress, patience: Double) throws(PostgresError) {
        self.address = address
        self.patience = patience
        guard let made = Self.withOptions(address, { PQconnectdbParams($0, $1, 1) }) else {
            throw PostgresError(address, .connecting, "no memory for a connection")
        }
        guard PQstatus(made) == CONNECTION_OK else {
            defer { PQfinish(made) }
            throw PostgresError(address, .connecting, String(cString: PQerrorMessage(made)))
        }
        connection = made
        PQsetnonblocking(connection, 1)
        // Notices are for whoever sits at the database.
        PQsetNoticeReceiver(connection, { _, _ in }, nil)
    }

    deinit { PQfinish(connection) }

    /// Whether a server is there and says that it begins, or ends.
    static func isRejecting(_ address: PostgresAddress) -> Bool {
        withOptions(address) { PQpingParams($0, $1, 1) } == PQPING_REJECT
    }

    private static func withOptions<Value>(
        _ address: PostgresAddress,
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Value
    ) -> Value {
        // What the address says counts: it comes behind these.
        let options = [
            ("connect_timeout", "5"), ("tcp_user_timeout", "30000"), ("fallback_application_name", "ascl"),
            ("dbname", address.text), ("client_encoding", "UTF8"),
        ]
        return withPointers(options.map(\.0)) { keywords in
            withPointers(options.map(\.1)) { body(keywords, $0) }
        }
    }

    private static func withPointers<Value>(
        _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Value
    ) -> Value {
        let copies = texts.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        return (copies.map { $0.map { UnsafePointer($0) } } + [nil]).withUnsafeBufferPointer { pointers in
            // An array that ends in nil is never empty.
            pointers.baseAddress.map(body) ?? body([])
        }
    }

    /// Runs a statement.
    /// - Parameters:
    ///   - isBinary: Whether the values come in their types' binary forms.
    ///   - patience: Seconds in which something has to come; by default the connection's.
    @discardableResult
    package func run(
        _ statement: String, _ values: [PostgresValue] = [], isBinary: Bool = false, patience: Double? = nil
    ) throws(PostgresError) -> PostgresRows {
        let sent =
            values.isEmpty && !isBinary
            ? PQsendQuery(connection, statement) : send(statement, values, isBinary: isBinary)
        guard sent == 1 else { throw lost() }
        let rows = try receive(patience ?? self.patience)
        return rows
    }

    private func send(_ statement: String, _ values: [PostgresValue], isBinary: Bool) -> Int32 {
        let bytes = values.map { value -> [UInt8]? in
            switch value {
            case .null: nil
            case .text(let text): Array(text.utf8) + [0]
            case .binary(let bytes): bytes
            }
        }
        // One buffer for all, so that every pointer lives as long as the call.
        let all = bytes.flatMap { $0 ?? [] }
        return all.withUnsafeBytes { all in
            var place = 0
            let pointers = bytes.map { own -> UnsafePointer<CChar>? in
                guard let own, let base = all.baseAddress else { return nil }
                defer { place += own.count }
                return (base + place).assumingMemoryBound(to: CChar.self)
            }
            let formats = values.map { value -> Int32 in if case .binary = value { 1 } else { 0 } }
            return PQsendQueryParams(
                connection, statement, Int32(values.count), nil, pointers, bytes.map { Int32($0?.count ?? 0) }, formats,
                isBinary ? 1 : 0)
        }
    }

    /// Waits for what the last statement gives. Of several it is the last one's.
    private func receive(_ patience: Double) throws(PostgresError) -> PostgresRows {
        try flush(patience)
        var last: PostgresRows?
        var failure: PostgresError?
        while let result = try next(patience) {
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: last = PostgresRows(result)
            case PGRES_COPY_IN:
                PQclear(result)
                // The server waits for rows, and nothing else can be asked meanwhile.
                isBroken = true
                throw PostgresError(address, .refused(state: ""), "a copy without data")
            default:
                failure = failure ?? error(result)
                PQclear(result)
            }
        }
        if PQstatus(connection) != CONNECTION_OK { isBroken = true }
        if let failure { throw failure }
        guard let last else { throw lost() }
        return last
    }

    private func next(_ patience: Double) throws(PostgresError) -> OpaquePointer? {
        while PQisBusy(connection) != 0 {
            try wait(Int16(POLLIN), patience)
            guard PQconsumeInput(connection) == 1 else { throw lost() }
        }
        return PQgetResult(connection)
    }

    /// Hands what was written over to the system.
    private func flush(_ patience: Double) throws(PostgresError) {
        while true {
            switch PQflush(connection) {
            case 0: return
            case 1:
                try wait(Int16(POLLIN | POLLOUT), patience)
                guard PQconsumeInput(connection) == 1 else { throw lost() }
            default: throw lost()
            }
        }
    }

    private func wait(_ events: Int16, _ patience: Double) throws(PostgresError) {
        var descriptor = pollfd(fd: PQsocket(connection), events: events, revents: 0)
        var left = patience
        while left > 0 {
            let step = isCancelled == nil ? left : min(left, 0.2)
            let ready = poll(&descriptor, 1, Int32(min(step * 1000, Double(Int32.max))))
            if ready > 0 { return }
            if isCancelled?() == true { cancel() }
            if ready == 0 { left -= step }
        }
        isBroken = true
        throw PostgresError(address, .silent, String(format: "none in %.3g s", patience))
    }

    /// Tells the server to stop what it does; what that gives is an error then.
    private func cancel() {
        isCancelled = nil
        guard let right = PQgetCancel(connection) else { return }
        defer { PQfreeCancel(right) }
        var reason = [CChar](repeating: 0, count: 256)
        _ = PQcancel(right, &reason, Int32(reason.count))
    }

    private func lost() -> PostgresError {
        isBroken = true
        return PostgresError(address, .lost, String(cString: PQerrorMessage(connection)))
    }

    private func error(_ result: OpaquePointer) -> PostgresError {
        // 'C', the code; 'M', what it says.
        let state = PQresultErrorField(result, 67).map { String(cString: $0) }
        let message = PQresultErrorField(result, 77).map { String(cString: $0) }
        guard let state else {
            isBroken = true
            return PostgresError(address, .lost, String(cString: PQresultErrorMessage(result)))
        }
        return PostgresError(address, .refused(state: state), message ?? "an error without words")
    }

    /// Runs statements whole or not at all.
    package func transaction<Value>(_ body: () throws -> Value) throws -> Value {
        try run("BEGIN")
        do {
            let value = try body()
            try run("COMMIT")
            return value
        } catch {
            if !isBroken { _ = try? run("ROLLBACK") }
            throw error
        }
    }

    /// Puts rows into a table in the binary form of `COPY`.
    /// - Parameter body: Writes the rows.
    package func copy(
        into table: String, _ columns: [String], _ body: (inout PostgresCopy) throws(PostgresError) -> Void
    ) throws(PostgresError) {
        let statement = "COPY \(table) (\(columns.joined(separator: ", "))) FROM STDIN (FORMAT binary)"
        guard PQsendQuery(connection, statement) == 1 else { throw lost() }
        try flush(patience)
        guard let start = try next(patience) else { throw lost() }
        guard PQresultStatus(start) == PGRES_COPY_IN else {
            let failure = error(start)
            PQclear(start)
            while let rest = try next(patience) { PQclear(rest) }
            throw failure
        }
        PQclear(start)
        var copy = PostgresCopy(columns: columns.count) { [self] bytes throws(PostgresError) in try put(bytes) }
        try body(&copy)
        try copy.finish()
        while case let ended = PQputCopyEnd(connection, nil), ended != 1 {
            guard ended == 0 else { throw lost() }
            try flush(patience)
        }
        _ = try receive(patience)
    }

    private func put(_ bytes: [UInt8]) throws(PostgresError) {
        while true {
            let taken = bytes.withUnsafeBytes {
                PQputCopyData(connection, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count))
            }
            if taken == 1 { return }
            guard taken == 0 else { throw lost() }
            try flush(patience)
        }
    }
}
