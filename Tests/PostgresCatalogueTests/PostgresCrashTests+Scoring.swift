import AsCLBase
import FeatureExtraction
import Foundation
import PictureCatalogue
import Synchronization
import Testing

@testable import PictureSearch
@testable import PostgresCatalogue

extension PostgresCrashTests {
    @Test func `a part that dies between the two stages is told, and the rest is scored`() throws {
        let servers = try Self.servers.get()
        let pictures = try TrainedStore(
            pictures: 24, addresses: servers.map { try $0.newDatabase() + "?connect_timeout=2" })
        try pictures.index(pictures.trained())
        let store = try pictures.photos.store(patience: 1)
        let whole = try PictureCollection(store).search(TrainedStore.query())
        #expect(whole.hits.count == 24)
        let rest = whole.scored.filter { store.part(of: $0.picture.id) != 1 }
        #expect(!rest.isEmpty && rest.count < 24)
        let isDead = Mutex(false)
        let collection = try PictureCollection(
            KilledHome(store) {
                isDead.withLock { isDead in
                    if !isDead { servers[1].kill() }
                    isDead = true
                }
            })
        let found = try collection.search(TrainedStore.query())
        #expect(found.scored == rest)
        #expect(found.notes.count == 1 && found.notes[0].hasPrefix("postgresql://127.0.0.1:\(servers[1].port)/"))
        #expect(found.notes[0].hasSuffix("; what lies there is missing"), "\(found.notes)")
        let one = try #require(whole.hits.first { store.part(of: $0.picture.id) == 1 }).picture.id
        let said = line { _ = try collection.explain(picture: one, sentence: "a cat") }
        #expect(said.contains("features of picture \(one): expected what was computed of it, found postgresql://"))
        try servers[1].start()
        #expect(try collection.search(TrainedStore.query()).scored == whole.scored)
    }
}

/// A home to which something happens before the second stage reads the first features.
private struct KilledHome: HomeAround, PictureRecords {
    let store: PostgresStore
    let act: @Sendable () -> Void
    let features: (any PictureRecords)?

    init(_ store: PostgresStore, _ act: @escaping @Sendable () -> Void) {
        self.init(store: store, act: act, features: nil)
    }

    private init(store: PostgresStore, act: @escaping @Sendable () -> Void, features: (any PictureRecords)?) {
        (self.store, self.act, self.features) = (store, act, features)
    }

    func records(of ids: [Int64]) throws -> Gathered<FoundRecords> {
        act()
        return try features?.records(of: ids) ?? Gathered(FoundRecords())
    }

    func features(by model: CatalogueModel) throws -> any PictureRecords {
        KilledHome(store: store, act: act, features: try store.features(by: model))
    }
}
