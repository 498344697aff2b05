import AsCLBase
import Foundation
import Hummingbird
import Logging
import PictureCatalogue
import PictureSearch
import Postgres
import PostgresCatalogue
import RetrievalFixtures
import Testing

@testable import SearchServer

/// A server of a collection in two databases.
@Suite(.enabled(if: PostgresServer.canStart, "\(PostgresServer.lack)"))
struct StoreRouteTests {
    private let photos: ServedPhotos
    private let addresses: [String]
    private let store: PostgresStore

    init() throws {
        photos = try ServedPhotos((1...12).map { "\($0)" })
        addresses = try PostgresServer.newDatabases(2)
        store = try PostgresStore(addresses.map { text throws(InputError) in try PostgresAddress(text) })
        let folder = try FolderHome(Catalogue(folder: photos.index, isNew: false))
        let model = try #require(try folder.answeringModel())
        let writer = try PostgresWriter(store, by: model)
        for root in try folder.numbers().folders {
            _ = try writer.files(in: root)
            try folder.forEachFile(in: root, by: model) { try writer.write($0, in: root) }
        }
        try writer.finish(progress: { _, _ in }, isCancelled: { false })
    }

    private func ask(
        log: LogLines = LogLines(), _ test: @Sendable (RouteClient) async throws -> Void
    ) async throws {
        let server = SearchServer(
            try PictureCollection(store), settings: ServerSettings(), logger: Logger(label: "test") { _ in log })
        try await test(RouteClient(server))
    }

    @Test func `it answers as one of a folder does`() async throws {
        try await photos.ask { folder async throws in
            let expected = try await folder.get("/api/search?q=a+cat&all=1").found
            try await ask { client async throws in
                let found = try await client.get("/api/search?q=a+cat&all=1").found
                #expect(found.names == expected.names && found.searchedCount == 12)
                let id = found.hits[0].picture.id
                for part in ["", "/original", "/thumbnail"] {
                    #expect(try await client.get("/api/pictures/\(id)\(part)").status == .ok)
                }
                let places = try #require(try store.places(of: id))
                #expect(store.thumbnail(of: id, places, side: 320) != nil)
                #expect(try await client.get("/api/pictures/999999/thumbnail").status == .notFound)
                #expect(try await client.get("/api/search?like=999999").status == .badRequest)
                let captions = try await client.get("/api/pictures/\(id)/captions")
                #expect(captions.status == .badRequest && captions.text.contains("`ascl index copy`"))
                let status = try await client.get("/api/status")
                #expect(status.text.contains("\"outages\":[]"))
                #expect(try await client.get("/metrics").text.contains("ascl_pictures_findable 12\n"))
            }
        }
    }

    @Test func `a database that is gone is told, and when both are, that nothing can be asked`() async throws {
        let log = LogLines()
        try await ask(log: log) { client async throws in
            let whole = try await client.get("/api/search?q=a+cat&all=1").found
            try drop(addresses[1])
            let response = try await client.get("/api/search?q=a+cat&all=1")
            let rest = try response.found
            #expect(
                rest.names
                    == whole.hits.filter { $0.picture.id % 2 == 0 }.map {
                        URL(fileURLWithPath: $0.picture.path).lastPathComponent
                    } && rest.hits.count < 12)
            #expect(response.text.contains("; what lies there is missing"))
            #expect(!response.text.contains("secret"))
            let status = try await client.get("/api/status").text
            #expect(status.contains("\"outages\":[\"postgresql://127.0.0.1:") && !status.contains("secret"))
            try drop(addresses[0])
            let none = try await client.get("/api/search?q=a+cat&all=1")
            #expect(none.status == .serviceUnavailable && !none.text.contains("postgresql"))
        }
        #expect(log.lines.contains { $0.contains("connecting: expected a server") })
        #expect(!log.lines.contains { $0.contains("secret") })
    }

    private func drop(_ address: String) throws {
        let name = address.split(separator: "/").last.map(String.init) ?? ""
        try PostgresServer.run(
            "DROP DATABASE \(name) WITH (FORCE)", at: address.replacingOccurrences(of: name, with: "postgres"))
    }
}
