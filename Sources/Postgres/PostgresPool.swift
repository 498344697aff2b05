import AsCLBase
import Foundation
import Synchronization

/// Connections to one database, for as many threads as ask.
package final class PostgresPool: Sendable {
    private struct State {
        var idle: [PostgresConnection] = []
        /// What an attempt to connect failed by that took long, and until when nobody tries anew.
        var failure: (error: PostgresError, until: Double)?
    }

    /// Where it is.
    package let address: PostgresAddress
    private let patience: Double
    private let prepare: @Sendable (PostgresConnection) throws -> Void
    private let state = Mutex(State())

    /// Seconds that a server which begins anew has for it.
    private static let restartSeconds = 10.0
    /// An attempt of so many seconds is not repeated at once: a search would wait for it every time.
    private static let longAttempt = 1.0, rest = 15.0

    /// - Parameters:
    ///   - patience: Seconds that the server may be silent for.
    ///   - prepare: Makes a new connection ready, and holds the database to what is expected of it.
    package init(
        _ address: PostgresAddress, patience: Double, prepare: @escaping @Sendable (PostgresConnection) throws -> Void
    ) {
        (self.address, self.patience, self.prepare) = (address, patience, prepare)
    }

    /// Does something over a connection of its own, as `attempt` does.
    /// - Throws: `InputError` in the place of a `PostgresError`.
    package func use<Value>(_ body: (PostgresConnection) throws -> Value) throws -> Value {
        do { return try attempt(body) } catch let error as PostgresError { throw error.inputError }
    }

    /// Does something over a connection of its own. Where that breaks, because the server went or began anew, it is done once
    /// more over another: so it has to be something that may be done twice.
    package func attempt<Value>(_ body: (PostgresConnection) throws -> Value) throws -> Value {
        let connection = try taken()
        do { return try giveBack(connection, body) } catch let error as PostgresError where error.isLost {
            // The others are as old.
            state.withLock { $0.idle = [] }
            return try giveBack(try reconnected(), body)
        }
    }

    /// Closes the connections that nobody uses.
    /// - Parameter statement: What each is asked before, where it still can be.
    package func close(after statement: String) {
        let idle = state.withLock { state in
            defer { state.idle = [] }
            return state.idle
        }
        for connection in idle { _ = try? connection.run(statement) }
    }

    private func taken() throws -> PostgresConnection {
        if let idle = state.withLock({ $0.idle.popLast() }) { return idle }
        let now = ProcessInfo.processInfo.systemUptime
        if let failure = state.withLock({ $0.failure }), now < failure.until { throw failure.error }
        do { return try connected() } catch let error as PostgresError {
            let end = ProcessInfo.processInfo.systemUptime
            state.withLock { $0.failure = end - now > Self.longAttempt ? (error, end + Self.rest) : nil }
            throw error
        }
    }

    private func connected() throws -> PostgresConnection {
        let connection = try PostgresConnection(address, patience: patience)
        try prepare(connection)
        return connection
    }

    /// Connects to a server that was there a moment ago, and is waited for while it says that it begins.
    private func reconnected() throws -> PostgresConnection {
        let end = ProcessInfo.processInfo.systemUptime + Self.restartSeconds
        while true {
            do { return try connected() } catch let error as PostgresError {
                let isBeginning = error.isLost || PostgresConnection.isRejecting(address)
                guard isBeginning, ProcessInfo.processInfo.systemUptime < end else { throw error }
                Thread.sleep(forTimeInterval: 0.05)
            }
        }
    }

    private func giveBack<Value>(
        _ connection: PostgresConnection, _ body: (PostgresConnection) throws -> Value
    ) throws -> Value {
        defer { if !connection.isBroken { state.withLock { $0.idle.append(connection) } } }
        return try body(connection)
    }
}
