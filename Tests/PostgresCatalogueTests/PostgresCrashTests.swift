import AsCLBase
import FeatureExtraction
import Foundation
import ImageEncoding
import PictureCatalogue
import PictureSearch
import RetrievalFixtures
import Synchronization
import Testing

@testable import PostgresCatalogue

/// Servers that are killed, frozen and started again, while they are asked and written to.
@Suite(.enabled(if: PostgresServer.canStart, "\(PostgresServer.lack)"), .timeLimit(.minutes(3)), .serialized)
struct PostgresCrashTests {
    /// Of these tests alone, which leave them running.
    static let servers = Result { try (0..<3).map { _ in try PostgresServer() } }

    @Test func `a part that is down is told, and the others answer`() throws {
        let servers = try Self.servers.get()
        let photos = try StoredPhotos(24, addresses: servers.map { try $0.newDatabase() + "?connect_timeout=2" })
        try photos.index()
        let whole = try photos.collection().search(StoredPhotos.everything())
        let store = try photos.store(patience: 0.5)
        let collection = try PictureCollection(store)
        #expect(try collection.search(StoredPhotos.everything()).paths == whole.paths && store.outages().isEmpty)
        let rest = whole.hits.filter { store.part(of: $0.picture.id) != 1 }.map(\.picture.path)
        #expect(rest.count < 24)

        func expectRest() throws {
            for collection in [collection, try PictureCollection(photos.store(patience: 0.5))] {
                let found = try collection.search(StoredPhotos.everything())
                #expect(found.paths == rest && found.searchedCount == rest.count)
                #expect(
                    found.notes.count == 1 && found.notes[0].hasPrefix("postgresql://127.0.0.1:\(servers[1].port)/"))
                #expect(found.notes[0].hasSuffix("; what lies there is missing"))
            }
            #expect(store.outages().count == 1)
        }
        servers[1].kill()
        try expectRest()
        #expect(line { _ = try photos.index() }.contains("connecting: expected a server that is there"))
        try servers[1].start()
        #expect(try collection.search(StoredPhotos.everything()).paths == whole.paths && store.outages().isEmpty)
        // It takes connections, by the system, and never answers.
        servers[1].freeze(true)
        let frozen = try collection.search(StoredPhotos.everything())
        #expect(frozen.paths == rest && frozen.notes.count == 1)
        servers[1].freeze(false)
        for server in servers { server.kill() }
        let dead = line { _ = try collection.search(StoredPhotos.everything()) }
        #expect(dead.contains("connecting: expected a server that is there"), "\(dead)")
        for server in servers { try server.start() }
        #expect(try photos.collection().search(StoredPhotos.everything()).paths == whole.paths)
    }

    @Test func `a server that begins anew under load costs a search nothing but time`() throws {
        let server = try Self.servers.get()[0]
        let photos = try StoredPhotos(12, addresses: [server.newDatabase()])
        try photos.index()
        let collection = try photos.collection()
        let whole = try collection.search(StoredPhotos.everything()).paths
        let isOver = Mutex(false)
        let wrong = Mutex([String]())
        let done = DispatchGroup()
        for _ in 0..<2 {
            done.enter()
            Thread {
                while !isOver.withLock({ $0 }) {
                    do {
                        let found = try collection.search(StoredPhotos.everything())
                        if found.paths != whole { wrong.withLock { $0.append("\(found.paths)") } }
                    } catch let error as InputError {
                        // While it is down: one line.
                        if "\(error)".contains("\n") { wrong.withLock { $0.append("\(error)") } }
                    } catch { wrong.withLock { $0.append("\(error)") } }
                }
                done.leave()
            }.start()
        }
        // All connections go, and nobody notices; then all of the server.
        for _ in 0..<5 {
            try PostgresServer.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ascl' "
                    + "AND pid <> pg_backend_pid()", at: server.address())
            #expect(try collection.search(StoredPhotos.everything()).paths == whole)
        }
        for _ in 0..<2 {
            server.kill()
            try server.start()
            #expect(try collection.search(StoredPhotos.everything()).paths == whole)
        }
        isOver.withLock { $0 = true }
        done.wait()
        #expect(wrong.withLock { $0 } == [])
    }

    @Test(arguments: [1, 3]) func `a kill in the middle of indexing loses nothing that was written`(parts: Int) throws {
        let servers = Array(try Self.servers.get().prefix(parts))
        // A batch and most of another.
        let photos = try StoredPhotos(250, addresses: servers.map { try $0.newDatabase() })
        let encoder = try photos.encoder()
        func indexing(killing server: PostgresServer? = nil, after batches: Int = 0) throws -> Indexing {
            let inner = try PostgresWriter(photos.store(), by: photos.model())
            return Indexing(
                server.map { KillingWriter(inner, after: batches, $0.kill) } ?? inner, encoder: encoder, workers: 1)
        }
        for batches in 0...1 {
            let said = line { _ = try indexing(killing: servers[parts - 1], after: batches).run(photos.images) }
            #expect(said.contains("connecting: expected a server that is there"), "\(said)")
            #expect(said.split(separator: "\n").count == 1)
            try servers[parts - 1].start()
            #expect(line { _ = try photos.collection() }.contains("index: expected one that is whole"))
            let there = try photos.store().numbers()
            #expect(there.files == there.findable && there.files >= 128 * batches / parts)
        }
        // Not told to anybody: it goes on where it was.
        let writer = try PostgresWriter(photos.store(), by: photos.model())
        let restarting = Indexing(
            KillingWriter(writer, after: 0) {
                servers[0].kill()
                try? servers[0].start()
            }, encoder: encoder, workers: 1)
        #expect(try restarting.run(photos.images).pictures == 250)
        try restarting.finish()
        let found = try photos.collection().search(StoredPhotos.everything { $0.count = 200 })
        #expect(found.searchedCount == 250 && Set(found.paths).count == 200)
        let numbers = try photos.store().numbers()
        #expect(numbers.files == 250 && numbers.findable == 250 && numbers.pictures == 250)
        for address in photos.addresses {
            #expect(
                try PostgresServer.text(
                    "SELECT (SELECT count(*) FROM ascl_picture WHERE embedding IS NOT NULL) = findable FROM ascl_store",
                    at: address) == "t")
        }
    }

    @Test func `a kill between two parts leaves a file in one of them at the next run`() throws {
        let photos = try StoredPhotos(8, parts: 3)
        try photos.index()
        // As it would be left: the same file, with what it was before, in another part.
        let store = try photos.store()
        let hit = try #require(try photos.collection().search(StoredPhotos.everything()).hits.first)
        let other = photos.addresses[(store.part(of: hit.picture.id) + 1) % 3]
        let name = String(hit.picture.path.dropFirst(Indexing.path(photos.images).count + 1))
        try PostgresServer.run(
            """
            INSERT INTO ascl_file (root, path, size, modified, picture)
            SELECT id, '\(name)', 1, 1, (SELECT min(id) FROM ascl_picture) FROM ascl_root
            """, at: other)
        #expect(try store.numbers().files == 9)
        try photos.index()
        #expect(try store.numbers().files == 8 && store.numbers().findable == 8)
        let hits = try photos.collection().search(StoredPhotos.everything()).hits
        #expect(hits.map(\.picture.copies) == [Int](repeating: 0, count: 8))
    }
}

/// Writes, and does something once so many batches are written: in the midst of it all.
private final class KillingWriter: IndexWriter {
    private let writer: any IndexWriter
    private var left: Int
    private let act: () -> Void

    init(_ writer: any IndexWriter, after batches: Int, _ act: @escaping () -> Void) {
        (self.writer, left, self.act) = (writer, batches, act)
    }

    var repairs: [String] { writer.repairs }
    func isAnsweredByAnother() throws -> Bool { try writer.isAnsweredByAnother() }
    func roots() throws -> [String] { try writer.roots() }
    func files(in root: String) throws -> [PictureName: KnownFile] { try writer.files(in: root) }
    func contents() throws -> Set<ContentDigest> { try writer.contents() }
    func write(_ outcomes: [PictureOutcome], in root: String) throws {
        if left == 0 { act() }
        left -= 1
        try writer.write(outcomes, in: root)
    }
    func write(_ files: [IndexedFile], in root: String) throws { try writer.write(files, in: root) }
    func note(problems: [(name: String, reason: String)], in root: String) throws {
        try writer.note(problems: problems, in: root)
    }
    func forget(_ names: [PictureName], in root: String) throws { try writer.forget(names, in: root) }
    func catchUp(progress: (_ done: Int, _ total: Int) -> Void, isCancelled: () -> Bool) throws {
        try writer.catchUp(progress: progress, isCancelled: isCancelled)
    }
    func finish(progress: (_ done: Int, _ total: Int) -> Void, isCancelled: () -> Bool) throws {
        try writer.finish(progress: progress, isCancelled: isCancelled)
    }
}
