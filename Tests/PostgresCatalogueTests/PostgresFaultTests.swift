import AsCLBase
import FeatureExtraction
import Foundation
import PictureCatalogue
import PictureSearch
import Postgres
import RetrievalFixtures
import Testing

@testable import PostgresCatalogue

/// What is wrong with an address, a role or a database is one line, and nothing is written then.
@Suite(.enabled(if: PostgresServer.isThere, "\(PostgresServer.lack)"), .timeLimit(.minutes(3)))
struct PostgresFaultTests {
    private func search(_ addresses: [String], patience: Double = 20) -> String {
        line {
            let store = try PostgresStore(
                addresses.map { address throws(InputError) in try PostgresAddress(address) }, patience: patience)
            _ = try PictureCollection(store).search(StoredPhotos.everything())
        }
    }

    @Test(arguments: [
        ("nonsense", "store: expected an address like postgresql://USER@HOST/DATABASE"),
        ("postgresql://me:hidden@127.0.0.1:port/x", "store: expected an address like"),
        ("postgresql://me:hid@den@127.0.0.1/x", "@ is written %40"),
        ("postgresql://me:hid/den@127.0.0.1/x", "/ %2F"),
        ("postgresql://me:hidden@127.0.0.1:1/x", "postgresql://127.0.0.1:1/x: connecting: expected a server"),
        ("postgresql://me:hidden@host.invalid/x", "postgresql://host.invalid/x: connecting: expected a server"),
    ])
    func `an address that leads nowhere is told without its password`(address: String, expected: String) {
        let said = search([address])
        #expect(said.contains(expected) && !said.contains("hid") && !said.contains("den@"), "\(said)")
        #expect(said.split(separator: "\n").count == 1)
    }

    @Test func `a server that says nothing is given up`() throws {
        let server = try LoopbackServer { _, _ in .stalling(Data()) }
        withExtendedLifetime(server) {
            let said = search(["postgresql://me:hidden@127.0.0.1:\(server.port)/x?connect_timeout=2"])
            #expect(said.contains("connecting: expected a server") && said.contains("timeout"), "\(said)")
        }
    }

    @Test(.enabled(if: PostgresServer.canStart, "\(PostgresServer.lack)"))
    func `roles and passwords`() throws {
        let photos = try StoredPhotos(4)
        let own = photos.addresses[0]
        func address(_ user: String) -> String { own.replacingOccurrences(of: "ascl:secret", with: user) }
        #expect(search([address("ascl:wrong")]).contains("password authentication failed"))
        #expect(search([own]).contains("extension: expected pgvector 0.8.4 or newer, found none"))
        // Nothing is there yet, and a role that may not make anything says so.
        let name = "r" + (own.split(separator: "/").last.map(String.init) ?? "")
        try PostgresServer.run("CREATE ROLE \(name) LOGIN PASSWORD 'reader'", at: own)
        let reader = try StoredPhotos(4, addresses: [address("\(name):reader")])
        let refused = line { _ = try reader.index() }
        #expect(
            refused.contains("extension: expected pgvector 0.8.4 or newer, found none, and permission"), "\(refused)")
        try PostgresServer.run("CREATE EXTENSION vector", at: own)
        #expect(line { _ = try reader.index() }.contains("rights: expected a role that may do this"))
        #expect(search([own]).contains("tables: expected a collection of pictures, found none"))
        #expect(try PostgresServer.text("SELECT to_regclass('ascl_store')::text", at: own) == nil)
        // Whoever may only read can search and not write.
        try photos.index()
        try PostgresServer.run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(name)", at: own)
        #expect(try reader.collection().search(StoredPhotos.everything()).hits.count == 4)
        let written = line { _ = try reader.index() }
        #expect(written.contains("rights: expected a role that may write, found one that may only read"), "\(written)")
        #expect(try photos.collection().search(StoredPhotos.everything()).hits.count == 4)
        let standby = own + "?options=-c%20default_transaction_read_only%3Don"
        let frozen = line { _ = try StoredPhotos(4, addresses: [standby]).index() }
        #expect(frozen.contains("rights: expected a role that may"), "\(frozen)")
    }

    @Test func `an extension that is too old, and tables of another version`() throws {
        let photos = try StoredPhotos(3)
        try photos.index()
        let own = photos.addresses[0]
        try PostgresServer.run("UPDATE ascl_store SET format = 99", at: own)
        #expect(search([own]).contains("tables: expected those of ascl"))
        #expect(line { _ = try photos.index() }.contains("tables: expected those of ascl"))
        try PostgresServer.run("UPDATE ascl_store SET format = 2", at: own)
        try PostgresServer.run("UPDATE pg_extension SET extversion = '0.8.3' WHERE extname = 'vector'", at: own)
        for said in [search([own]), line { _ = try photos.index() }] {
            #expect(said.contains("extension: expected pgvector 0.8.4 or newer, found 0.8.3: update it"), "\(said)")
        }
    }

    @Test func `vectors of another model are left alone`() throws {
        let photos = try StoredPhotos(3)
        try photos.index()
        var other = try photos.model()
        other = CatalogueModel(id: 0, description: other.description, identity: "another", shape: other.shape)
        let refused = line { _ = try PostgresWriter(photos.store(), by: other) }
        #expect(refused.contains("model: expected another, which the pictures are to be encoded by, found vectors of"))
        // Also where somebody exchanges the model while it is written.
        let writer = try PostgresWriter(photos.store(), by: photos.model())
        try PostgresServer.run("UPDATE ascl_store SET identity = 'another'", at: photos.addresses[0])
        let file = IndexedFile(
            name: PictureName("x.jpg"), stamp: .init(size: 1, modified: 1), written: 1,
            digest: ContentDigest(of: "x"), problem: nil, facts: nil,
            vector: [Float](repeating: 1, count: try photos.model().dimension))
        _ = try writer.files(in: "/photos")
        #expect(line { try writer.write([file], in: "/photos") }.contains("found vectors of another"))
        #expect(try photos.store().numbers().findable == 3)
        let model = try photos.model()
        let described = CatalogueModel(
            id: 0, description: .descriptors, identity: model.identity, shape: model.shape)
        #expect(
            line { _ = try PostgresWriter(photos.store(), by: described) }.contains("that goes into an index's folder"))
    }

    @Test func `stores in another order, too few of them, or of two collections are refused`() throws {
        let photos = try StoredPhotos(9, parts: 3)
        #expect(search(photos.addresses).contains("extension: expected pgvector 0.8.4 or newer, found none"))
        try photos.index()
        let other = try StoredPhotos(2, parts: 3)
        try other.index()
        let own = photos.addresses
        #expect(search(own) == "no error")
        #expect(search([own[1], own[0], own[2]]).contains("store: expected part 1 of 3, found part 2 of 3"))
        #expect(search([own[0], own[1]]).contains("store: expected part 1 of 2, found part 1 of 3"))
        #expect(search([own[0], own[0], own[2]]).contains("store: expected each database once"))
        #expect(search([own[0], own[1], other.addresses[2]]).contains("store: expected a part of the same collection"))
        #expect(try photos.collection().search(StoredPhotos.everything()).hits.count == 9)
        // A part that lost its tables gets them again, and belongs to the others.
        try PostgresServer.run("DROP TABLE ascl_store, ascl_root, ascl_file, ascl_picture, ascl_thumbnail", at: own[0])
        try photos.index()
        #expect(search(own) == "no error")
    }

    @Test func `one writes at a time`() throws {
        let photos = try StoredPhotos(3)
        var writer: PostgresWriter? = try PostgresWriter(photos.store(), by: photos.model())
        withExtendedLifetime(writer) {
            let second = line { _ = try photos.index() }
            #expect(second.contains("lock: expected one indexing at a time, found another at work here"), "\(second)")
            let third = line { _ = try photos.store().forget(root: "/") }
            #expect(third == second && third.hasPrefix("postgresql://"), "\(third)")
        }
        // Not whole yet: nobody is answered by half a collection.
        #expect(search(photos.addresses).contains("index: expected one that is whole, found none yet"))
        writer = nil
        try photos.index()
        #expect(search(photos.addresses) == "no error")
    }

    @Test func `a connection that a copy without rows was left on is not used again`() throws {
        let pool = try PostgresPool(PostgresAddress(PostgresServer.newDatabases()[0]), patience: 20) { _ in }
        try pool.use { _ = try $0.run("CREATE TABLE numbers (number int)") }
        let said = line { try pool.use { _ = try $0.run("COPY numbers FROM STDIN") } }
        #expect(said.contains("found a copy without data"), "\(said)")
        var times = 0
        try pool.use { connection in
            times += 1
            try connection.run("SELECT 1")
        }
        #expect(times == 1)
    }

    @Test func `what an index's folder alone has is refused in a line`() throws {
        let photos = try StoredPhotos(3)
        try photos.index()
        let collection = try photos.collection()
        let refusals = [
            line { _ = try collection.captions(of: .picture(1), count: 1) }, line { try collection.encodeCaptions() },
            line { _ = try collection.calibrate() }, line { _ = try collection.statistics() },
            line { try collection.useGraph() }, line { _ = try collection.catalogue.duplicates() },
        ]
        for said in refusals {
            #expect(said == "\(PictureCollection.lacksFolder)", "\(said)")
            #expect(said.contains("`ascl index copy`"))
        }
        #expect(try collection.explain(picture: 1, sentence: "x") == nil && !collection.explains)
    }
}
