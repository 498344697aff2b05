import AsCLBase
import FeatureExtraction
import Foundation
import PictureCatalogue
import RetrievalFixtures
import RetrievalModels
import Synchronization
import Testing

@testable import PictureSearch
@testable import PostgresCatalogue

/// A trained model scores what lies in PostgreSQL as it scores what lies in an index's folder.
@Suite(.enabled(if: PostgresServer.isThere, "\(PostgresServer.lack)"), .timeLimit(.minutes(3)))
struct PostgresScoringTests {
    @Test(arguments: TrainedStore.Encoder.allCases, [1, 3])
    func `scores and their order are those of an index's folder`(_ encoder: TrainedStore.Encoder, parts: Int) throws {
        let pictures = try TrainedStore(encoder, pictures: 24, parts: parts)
        let trained = try pictures.trained()
        #expect(try pictures.index(trained) == .of(pictures: 24, new: 24))
        let (folder, store) = (try pictures.folderHome(trained), try pictures.photos.store())
        let few = SearchLimits(scoredWhole: 0, found: 16, shortlist: 8)
        for (limits, change) in [
            (SearchLimits(), { _ in }), (few, { _ in }), (few, { $0.isExhaustive = true }),
            (few, { ($0.offset, $0.count) = (8, 5) }), (few, { $0.newestFirst = true }),
            (SearchLimits(), { $0.filter.folder = pictures.photos.images + "/odd" }),
            (SearchLimits(), { $0.subjects.append((.sentence("two boats"), -0.5)) }),
        ] as [(SearchLimits, (inout PictureQuery) -> Void)] {
            let query = TrainedStore.query(change)
            let expected = try PictureCollection(folder, limits: limits).search(query)
            let found = try PictureCollection(store, limits: limits).search(query)
            #expect(found.paths == expected.paths && !found.hits.isEmpty)
            // Each from its pair alone: to the last bit.
            #expect(found.hits.map(\.score) == expected.hits.map(\.score))
            #expect(found.count == expected.count && found.searchedCount == expected.searchedCount)
            #expect(found.notes == expected.notes)
        }
        let (one, other) = (try PictureCollection(store), try PictureCollection(folder))
        let (own, theirs) = (try one.search(TrainedStore.query()), try other.search(TrainedStore.query()))
        #expect(try one.explains)
        let explained = try zip(own.hits, theirs.hits).map { here, there in
            try (
                one.explain(picture: here.picture.id, sentence: TrainedStore.sentence),
                other.explain(picture: there.picture.id, sentence: TrainedStore.sentence)
            )
        }
        for (here, there) in explained {
            let (here, there) = (try #require(here), try #require(there))
            #expect(here.score == there.score && here.words.map(\.match) == there.words.map(\.match))
        }
        let gone = line { _ = try one.explain(picture: 999_999, sentence: "a cat") }
        #expect(gone == "picture: expected the number of a picture of the index, found 999999")
    }

    @Test(arguments: [TrainedStore.Encoder.descriptors, .patches])
    func `features are copied there and back with all their bits`(_ encoder: TrainedStore.Encoder) throws {
        let pictures = try TrainedStore(encoder, pictures: 13, parts: 3)
        let trained = try pictures.trained()
        let original = try pictures.folderHome(trained)
        let root = Indexing.path(pictures.photos.images)
        func copy(_ source: any PictureHome, _ writer: any IndexWriter) throws {
            try writer.copy(root, from: source, by: #require(try source.answeringModel()))
            try writer.finish(progress: { _, _ in }, isCancelled: { false })
        }
        func bits(_ home: any PictureHome) throws -> [String: [[UInt8]]] {
            let model = try #require(try home.answeringModel())
            #expect(model.checkpoint?.path == trained.path && model.checkpoint?.fingerprint == trained.fingerprint)
            let vectors = try home.nearestPictures(by: model)
            let ids = try vectors.ids(in: vectors.selection(PictureFilter())).value
            let found = try home.features(by: model).records(of: ids)
            #expect(found.missing.isEmpty && found.value.damaged.isEmpty && ids.count == 13)
            let known = try home.pictures(ids).value
            return Dictionary(
                uniqueKeysWithValues: try ids.map { id in
                    let record = try #require(found.value.records[id]).withBytes { Array($0) }
                    let vector = try #require(try vectors.vectors(of: [id])[id]).map { Float16($0).bitPattern }
                    return (
                        try #require(known[id]).path, [record, vector.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }]
                    )
                })
        }
        let expected = try bits(original)
        let model = try #require(try original.answeringModel())
        let one = try PostgresServer.newDatabases()[0]
        let single = try StoredPhotos(0, addresses: [one])
        // Twice is once.
        for _ in 0..<2 { try copy(original, PostgresWriter(pictures.photos.store(), by: model)) }
        #expect(try bits(pictures.photos.store()) == expected)
        try copy(pictures.photos.store(), PostgresWriter(single.store(), by: model))
        #expect(try bits(single.store()) == expected)
        for _ in 0..<2 { try copy(single.store(), pictures.folderWriter("back", trained)) }
        #expect(try bits(pictures.home("back")) == expected)
        #expect(try pictures.index(trained) == .of(pictures: 13))
    }

    @Test func `damaged features are told in a line, and mended by the next indexing`() throws {
        let pictures = try TrainedStore(pictures: 8)
        let trained = try pictures.trained()
        try pictures.index(trained)
        let whole = try PictureCollection(pictures.photos.store()).search(TrainedStore.query())
        #expect(whole.hits.count == 8)
        func expect(_ damaged: Set<Int>, _ note: String) throws {
            let store = try pictures.photos.store()
            let found = try PictureCollection(store).search(TrainedStore.query())
            #expect(found.notes.count == 1 && found.notes[0].hasPrefix(note), "\(found.notes)")
            #expect(found.scored == whole.scored.enumerated().filter { !damaged.contains($0.offset) }.map(\.element))
        }
        let note = "pictures cannot be scored, since their features are damaged: `ascl index` mends that"
        try pictures.set("NULL", of: whole.hits[0].picture.id)
        try pictures.set("substr(features, 1, 10)", of: whole.hits[3].picture.id)
        try expect([0, 3], "2 " + note)
        // What is not whole is not copied as if it were.
        let root = Indexing.path(pictures.photos.images)
        let model = try #require(try pictures.photos.store().answeringModel())
        let writer = try pictures.folderWriter("copy", trained)
        try writer.copy(root, from: pictures.photos.store(), by: model)
        try writer.finish(progress: { _, _ in }, isCancelled: { false })
        #expect(try pictures.home("copy").numbers().findable == 6)
        #expect(try pictures.index(trained) == .of(pictures: 8, new: 2))
        #expect(try pictures.index(trained) == .of(pictures: 8))
        #expect(try PictureCollection(pictures.photos.store()).search(TrainedStore.query()).scored == whole.scored)
        // Numbers that are none.
        try pictures.set("decode(repeat('ff', octet_length(features)), 'hex')", of: whole.hits[1].picture.id)
        try expect([1], "1 " + note)
        let said = line {
            _ = try PictureCollection(pictures.photos.store()).explain(
                picture: whole.hits[1].picture.id, sentence: "a cat")
        }
        #expect(said.contains("features of picture \(whole.hits[1].picture.id): expected what was computed of it"))
    }

    @Test func `what the server itself cannot read costs no other picture its score`() throws {
        let pictures = try TrainedStore(pictures: 8)
        try pictures.index(pictures.trained())
        let whole = try PictureCollection(pictures.photos.store()).search(TrainedStore.query())
        let id = whole.hits[2].picture.id
        // As PostgreSQL says it where a page is lost.
        try PostgresServer.run(
            """
            CREATE FUNCTION lost() RETURNS bytea LANGUAGE plpgsql STABLE AS
                $$BEGIN RAISE 'missing chunk number 0 for toast value 7' USING ERRCODE = 'data_corrupted'; END$$;
            ALTER TABLE ascl_picture RENAME TO kept;
            CREATE VIEW ascl_picture AS SELECT id, sha256, width, height, taken, camera, latitude, longitude, look, problem,
                embedding, CASE WHEN id = \(id) THEN lost() ELSE features END AS features FROM kept
            """, at: pictures.photos.addresses[0])
        let found = try PictureCollection(pictures.photos.store()).search(TrainedStore.query())
        #expect(found.scored == whole.scored.filter { $0.picture.id != id })
        let line = try #require(found.notes.first)
        #expect(found.notes.count == 1 && line.hasPrefix("postgresql://"), "\(found.notes)")
        #expect(
            line.hasSuffix(
                "features of picture \(id): expected what was computed of it, found missing chunk number 0 for toast value "
                    + "7: `UPDATE ascl_picture SET features = NULL WHERE id = \(id)`, then `ascl index`, mends that"))
    }

    @Test func `another model on the same vectors encodes no picture anew, and one with its own is refused`() throws {
        let pictures = try TrainedStore(.patches)
        let first = try pictures.trained()
        try pictures.index(first)
        let collection = try PictureCollection(pictures.photos.store())
        let before = try collection.search(TrainedStore.query())
        let other = try pictures.trained("other", seed: 4)
        #expect(try pictures.index(other, finishing: false) == .of(pictures: 12))
        #expect(try collection.search(TrainedStore.query()).scored == before.scored)
        try pictures.index(other)
        let after = try collection.search(TrainedStore.query())
        #expect(after.hits.map(\.score) != before.hits.map(\.score))
        let folder = try PictureCollection(pictures.folderHome(other)).search(TrainedStore.query())
        #expect(after.hits.map(\.score) == folder.hits.map(\.score))
        let own = try TrainedStore(pictures: 3)
        try own.index(own.trained())
        let refused = line { _ = try own.index(own.trained("other", seed: 4)) }
        #expect(refused.hasPrefix("postgresql://") && refused.contains("model: expected "), "\(refused)")
        #expect(refused.hasSuffix("name what made them, or another database"), "\(refused)")
        #expect(try PictureCollection(own.photos.store()).search(TrainedStore.query()).hits.count == 3)
    }

    @Test func `vectors alone are searched until all pictures have features`() throws {
        let pictures = try TrainedStore(.vector)
        #expect(try pictures.index(nil) == .of(pictures: 12, new: 12))
        let collection = try PictureCollection(pictures.photos.store())
        let before = try collection.search(TrainedStore.query())
        #expect(before.hits.allSatisfy { $0.cosine == nil })
        let trained = try pictures.trained()
        #expect(try pictures.index(trained, finishing: false) == .of(pictures: 12, new: 12))
        #expect(try collection.search(TrainedStore.query()).scored == before.scored)
        #expect(try pictures.index(trained) == .of(pictures: 12))
        let after = try collection.search(TrainedStore.query())
        #expect(after.hits.count == 12 && after.hits.allSatisfy { $0.cosine != nil })
    }

    @Test func `a method without vectors scores every picture that passes`() throws {
        let pictures = try TrainedStore(pictures: 9, parts: 3)
        try pictures.index(pictures.trained("scan", .scan))
        let collection = try PictureCollection(pictures.photos.store(), limits: SearchLimits(scoredWhole: 0))
        let answer = try collection.search(TrainedStore.query())
        #expect(answer.hits.count == 9 && answer.notes == ["each of 9 pictures was scored"])
        let odd = try collection.search(TrainedStore.query { $0.filter.folder = pictures.photos.images + "/odd" })
        #expect(odd.scored == answer.scored.filter { $0.picture.path.contains("/odd/") } && odd.hits.count == 4)
    }
}

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
private struct KilledHome: PictureHome, PictureRecords {
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

    var name: String { store.name }
    func answeringModel() throws -> CatalogueModel? { try store.answeringModel() }
    func numbers() throws -> Catalogue.Numbers { try store.numbers() }
    func problems() throws -> [Catalogue.Problem] { try store.problems() }
    func pictures(_ ids: [Int64]) throws -> Gathered<[Int64: CataloguedPicture]> { try store.pictures(ids) }
    func places(of id: Int64) throws -> PicturePlaces? { try store.places(of: id) }
    func thumbnail(of id: Int64, _ places: PicturePlaces, side: Int) -> Data? { nil }
    func keep(_ thumbnail: Data, of id: Int64, _ places: PicturePlaces, side: Int) {}
    func nearestPictures(by model: CatalogueModel) throws -> any PictureVectors {
        try store.nearestPictures(by: model)
    }
    func forEachFile(in root: String, by model: CatalogueModel, _ body: ([IndexedFile]) throws -> Void) throws {
        try store.forEachFile(in: root, by: model, body)
    }
    func forget(root path: String) throws -> Bool { try store.forget(root: path) }
    func outages() -> [String] { store.outages() }
}
