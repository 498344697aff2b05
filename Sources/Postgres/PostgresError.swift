package import AsCLBase
import Foundation

/// What PostgreSQL, or the way there, refuses.
package struct PostgresError: Error {
    /// What went wrong.
    package enum Kind: Equatable, Sendable {
        /// No connection came about.
        case connecting
        /// The connection broke.
        case lost
        /// Nothing came over the connection in time.
        case silent
        /// The server refused a statement, by its code.
        case refused(state: String)
    }

    let address: String
    package let kind: Kind
    let message: String

    init(_ address: PostgresAddress, _ kind: Kind, _ message: String) {
        self.address = address.description
        self.kind = kind
        self.message = message.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .joined(separator: "; ")
    }

    /// Whether the same may go well over another connection.
    package var isLost: Bool {
        switch kind {
        case .lost: true
        case .connecting, .silent: false
        // The server is ending or was ended: by an administrator, by a crash, or it has not begun yet.
        case .refused(let state): ["57P01", "57P02", "57P03"].contains(state)
        }
    }

    /// Whether nothing can be had of the server now.
    package var isOutage: Bool { isLost || kind == .connecting || kind == .silent }

    /// Whether the server cannot read what it wrote.
    package var isDamage: Bool {
        if case .refused(let state) = kind { state.hasPrefix("XX") } else { false }
    }

    /// For people: one line.
    package var inputError: InputError {
        func line(_ place: String, _ expected: String, _ code: Int32? = nil) -> InputError {
            InputError(path: address, place: place, expected: expected, found: message, systemCode: code)
        }
        switch kind {
        case .connecting: return line("connecting", "a server that is there and lets this user in")
        case .lost, .silent: return line("connection", "an answer")
        case .refused(let state):
            switch state {
            case "42501", "25006": return line("rights", "a role that may do this")
            case "53100": return line("disk", "room on the server's disk", ENOSPC)
            case "57014": return line("time", "a statement that ends within the server's limit")
            case "42P01", "42703", "42704": return line("tables", "those of ascl \(Version.current)")
            case _ where isLost: return line("connection", "a server that stays")
            default: return line("statement", "one that the server takes")
            }
        }
    }
}
