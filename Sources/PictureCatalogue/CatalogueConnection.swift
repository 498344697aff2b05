import AsCLBase
import Foundation
import GRDB
import Synchronization

/// The catalogue's database: found again when its disk is back, read where it cannot be written, and what is wrong with it
/// told in a line.
final class CatalogueConnection: Sendable {
    /// A file, and for one that is read as if nobody ever wrote to it, its state.
    private struct Identity: Equatable {
        let device: dev_t
        let inode: ino_t
        var size: off_t = 0
        var modified = 0

        init?(path: String, withState: Bool) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            (device, inode) = (status.st_dev, status.st_ino)
            guard withState else { return }
            size = status.st_size
            modified = Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec)
        }
    }

    private struct Opened {
        let database: any DatabaseWriter
        let identity: Identity
        let isReadOnly: Bool
        /// Whether what somebody writes is not seen.
        let isFrozen: Bool
    }

    private struct State {
        var opened: Opened
        /// Of files that went. They are not closed: SQLite would clear away the journal of the file that is there now.
        var left: [Opened] = []
    }

    let path: String
    private let schema: DatabaseMigrator
    private let state: Mutex<State>

    /// Opens a database, which is made where there is none.
    init(path: String, schema: DatabaseMigrator) throws {
        (self.path, self.schema) = (path, schema)
        let opened = try Self.named(path) { try Self.open(path, schema) }
        state = Mutex(State(opened: opened))
    }

    /// Whether nothing can be written.
    var isReadOnly: Bool { state.withLock { $0.opened.isReadOnly } }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try Self.named(path) { try current().database.read(body) }
    }

    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try Self.named(path) { try current().database.write(body) }
    }

    /// The database as it is there now, opened anew where it is another than it was.
    private func current() throws -> Opened {
        try state.withLock { state in
            guard let now = Identity(path: path, withState: state.opened.isFrozen) else {
                throw InputError.system(path, place: "opening", expected: "the catalogue, as it was there before")
            }
            if now != state.opened.identity {
                state.left.append(state.opened)
                state.opened = try Self.open(path, schema)
            }
            return state.opened
        }
    }

    private static func open(_ path: String, _ schema: DatabaseMigrator) throws -> Opened {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let isThere = access(path, F_OK) == 0
        let isReadOnly = isThere && (access(path, W_OK) != 0 || access(folder, W_OK) != 0)
        // Without its journal's index, a database that cannot be written is whole only where the journal is empty.
        let isFrozen = isReadOnly && access(path + "-shm", F_OK) != 0
        if isFrozen, let journal = try? FileManager.default.attributesOfItem(atPath: path + "-wal"),
            (journal[.size] as? Int ?? 0) > 0
        {
            throw InputError(
                path: path, place: "SQLite", expected: "a folder that can be written, or a catalogue that was closed",
                found: "the journal of one that was not: run `ascl index status` once where it can be written")
        }
        let database: any DatabaseWriter
        if isReadOnly {
            var configuration = Configuration()
            configuration.readonly = true
            let name = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
            database = try DatabaseQueue(
                path: isFrozen ? "file:\(name)?immutable=1" : path, configuration: configuration)
        } else {
            var configuration = Configuration()
            configuration.busyMode = .timeout(10)
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            database = try DatabasePool(path: path, configuration: configuration)
        }
        try migrate(database, schema, path: path, isReadOnly: isReadOnly)
        guard let identity = Identity(path: path, withState: isFrozen) else {
            throw InputError.system(path, place: "opening", expected: "the catalogue that was just opened")
        }
        return Opened(database: database, identity: identity, isReadOnly: isReadOnly, isFrozen: isFrozen)
    }

    private static func migrate(
        _ database: any DatabaseWriter, _ schema: DatabaseMigrator, path: String, isReadOnly: Bool
    ) throws {
        let (isNewer, isComplete) = try database.read { database in
            (try schema.hasBeenSuperseded(database), try schema.hasCompletedMigrations(database))
        }
        guard !isNewer else {
            throw InputError(
                path: path, place: "schema", expected: "one that ascl \(Version.current) knows",
                found: "a newer one: a newer ascl wrote it, and reads it")
        }
        guard !isComplete else { return }
        guard !isReadOnly else {
            throw InputError(
                path: path, place: "schema", expected: "one of ascl \(Version.current)",
                found: "an older one that cannot be written: run `ascl index status` once where it can")
        }
        try schema.migrate(database)
    }

    /// Has SQLite look through the whole file.
    /// - Throws: `InputError` where it is damaged.
    func check() throws {
        let report = try read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
        guard report == "ok" else { throw Self.damage(path, report ?? "damage") }
    }

    private static func named<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as DatabaseError {
            let reason = error.message ?? "\(error.resultCode)"
            switch error.resultCode {
            case .SQLITE_FULL:
                throw InputError(
                    path: path, place: "SQLite", expected: "room on the disk", found: reason, systemCode: ENOSPC)
            case .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY:
                throw InputError(
                    path: path, place: "SQLite", expected: "a disk that can be read and written", found: reason)
            case .SQLITE_BUSY:
                throw InputError(
                    path: path, place: "SQLite", expected: "a turn within 10 s", found: "another program that writes")
            default: throw damage(path, reason)
            }
        }
    }

    private static func damage(_ path: String, _ reason: String) -> InputError {
        InputError(
            path: path, place: "SQLite", expected: "a catalogue of ascl",
            found: "\(reason): restore it from a copy, or remove it and what begins with its name, and "
                + "`ascl index PHOTOS` makes it anew")
    }
}
