import AsCLBase
import Foundation
import Postgres
import Synchronization

/// What the parts of a collection are held to, over every new connection: that they are parts of one collection, each in
/// its place.
final class ExpectedStore: Sendable {
    private struct State {
        var collection: String?
        var mayBeNew = false
    }

    private let parts: Int
    private let state = Mutex(State())

    /// The form of the tables.
    static let format = 2

    init(parts: Int) { self.parts = parts }

    func allowNew() { state.withLock { $0.mayBeNew = true } }

    func check(_ connection: PostgresConnection, _ index: Int, _ name: String) throws {
        let mayBeNew = state.withLock { $0.mayBeNew }
        try Self.checkExtension(connection, name, mayBeNew: mayBeNew)
        guard try connection.hasTables() else {
            if mayBeNew { return }
            throw InputError(
                path: name, place: "tables", expected: "a collection of pictures",
                found: "none: make one with `ascl index PHOTOS --store`")
        }
        let rows = try connection.run("SELECT format, parts, part, collection FROM ascl_store")
        guard rows.count == 1, let format: Int = rows.number(0, 0), format == Self.format else {
            throw InputError(
                path: name, place: "tables", expected: "those of ascl \(Version.current)",
                found: "those of another version")
        }
        let (all, own, collection) = (rows.number(0, 1) ?? 0, rows.number(0, 2) ?? 0, rows.text(0, 3) ?? "")
        guard all == parts, own == index else {
            throw InputError(
                path: name, place: "store", expected: "part \(index + 1) of \(parts)",
                found: "part \(own + 1) of \(all): name the same stores in the same order as when they were made, or "
                    + "`ascl index copy` into others")
        }
        let known = state.withLock { state in
            state.collection = state.collection ?? collection
            return state.collection
        }
        guard known == collection else {
            throw InputError(
                path: name, place: "store", expected: "a part of the same collection", found: "one of another")
        }
    }

    private static func checkExtension(_ connection: PostgresConnection, _ name: String, mayBeNew: Bool) throws {
        let rows = try connection.run("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
        guard rows.count == 1, let version = rows.text(0, 0) else {
            if mayBeNew { return }
            throw InputError(
                path: name, place: "extension", expected: PostgresStore.wantedExtension,
                found: "none: `ascl index PHOTOS --store` puts it in where the role may")
        }
        let numbers = version.split(separator: ".").map { Int($0) ?? 0 }
        guard !numbers.lexicographicallyPrecedes(PostgresStore.leastVersion) else {
            throw InputError(
                path: name, place: "extension", expected: PostgresStore.wantedExtension,
                found: "\(version): update it, then `ALTER EXTENSION vector UPDATE`")
        }
    }
}
