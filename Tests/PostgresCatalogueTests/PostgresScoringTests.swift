import AsCLBase
import FeatureExtraction
import PictureCatalogue
import RetrievalFixtures
import RetrievalModels
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
    }

    /// Numbers that are none.
    private static let none = "decode(repeat('ff', octet_length(features)), 'hex')"

    @Test func `what mends features that are no numbers is told, and mends them`() throws {
        let pictures = try TrainedStore(pictures: 8)
        let trained = try pictures.trained()
        try pictures.index(trained)
        let collection = try PictureCollection(pictures.photos.store())
        let whole = try collection.search(TrainedStore.query())
        let ids = [1, 4].map { whole.hits[$0].picture.id }.sorted()
        for id in ids { try pictures.set(Self.none, of: id) }
        let found = try PictureCollection(pictures.photos.store()).search(TrainedStore.query())
        #expect(found.scored == whole.scored.enumerated().filter { ![1, 4].contains($0.offset) }.map(\.element))
        let list = ids.map(String.init).joined(separator: ", ")
        let way = "UPDATE ascl_picture SET features = NULL WHERE id IN (\(list))"
        let line = try #require(found.notes.first)
        #expect(found.notes.count == 1 && line.hasPrefix("postgresql://"), "\(found.notes)")
        #expect(
            line.hasSuffix(
                "features of pictures \(list): expected finite numbers, found others: `\(way)`, then `ascl index`, mends that"
            ))
        let said = PostgresCatalogueTests.line {
            _ = try PictureCollection(pictures.photos.store()).explain(picture: ids[0], sentence: "a cat")
        }
        #expect(said.contains("features of picture \(ids[0]): expected what was computed of it, found postgresql://"))
        #expect(said.hasSuffix("SET features = NULL WHERE id = \(ids[0])`, then `ascl index`, mends that"), "\(said)")
        // What is none is not copied as if it were some.
        let model = try #require(try pictures.photos.store().answeringModel())
        let writer = try pictures.folderWriter("copy", trained)
        try writer.copy(Indexing.path(pictures.photos.images), from: pictures.photos.store(), by: model)
        try writer.finish(progress: { _, _ in }, isCancelled: { false })
        #expect(try pictures.home("copy").numbers().findable == 6)
        #expect(try pictures.index(trained) == .of(pictures: 8))
        try PostgresServer.run(way, at: pictures.photos.addresses[0])
        #expect(try pictures.index(trained) == .of(pictures: 8, new: 2))
        #expect(try PictureCollection(pictures.photos.store()).search(TrainedStore.query()).scored == whole.scored)
    }

    @Test(arguments: [1, 3]) func `another model's indexing makes features anew that are no numbers`(parts: Int) throws
    {
        let pictures = try TrainedStore(pictures: 8, parts: parts)
        try pictures.index(pictures.trained())
        let store = try pictures.photos.store()
        let hits = try PictureCollection(store).search(TrainedStore.query()).hits
        let id = try #require(hits.first { store.part(of: $0.picture.id) == 0 }).picture.id
        try pictures.set(Self.none, of: id)
        let other = try pictures.trained("other", seed: 4)
        let indexing = try pictures.indexing(other)
        try indexing.catchUp()
        #expect(try indexing.run(pictures.photos.images) == .of(pictures: 8, new: 1))
        try indexing.finish()
        let found = try PictureCollection(pictures.photos.store()).search(TrainedStore.query())
        #expect(found.hits.count == 8 && found.notes.isEmpty)
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

    @Test func `another model on the same vectors encodes no picture anew`() throws {
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
    }

    @Test(arguments: [1, 3]) func `a model's own vectors take the former's place once each picture has one`(
        parts: Int
    ) throws {
        let pictures = try TrainedStore(pictures: 12, parts: parts)
        let (first, other) = (try pictures.trained(), try pictures.trained("other", seed: 4))
        try pictures.index(first)
        let collection = try PictureCollection(pictures.photos.store())
        // The order is the vectors' alone.
        let like = PictureQuery([(.file(pictures.photos.images + "/even/0.bmp"), 1)])
        let before = try (collection.search(TrainedStore.query()).scored, collection.search(like).scored)
        func expectFormer() throws {
            #expect(try collection.search(TrainedStore.query()).scored == before.0)
            #expect(try collection.search(like).scored == before.1)
        }
        func expectAll(by trained: TrainedModel) throws {
            let folder = try PictureCollection(pictures.folderHome(trained))
            for query in [TrainedStore.query(), like] {
                let (found, expected) = (try collection.search(query), try folder.search(query))
                #expect(found.paths == expected.paths && found.searchedCount == expected.searchedCount)
                #expect(zip(found.hits, expected.hits).allSatisfy { abs($0.score - $1.score) < 1e-3 })
            }
            let numbers = try pictures.photos.store().numbers()
            #expect(numbers.findable == numbers.pictures)
            for address in pictures.photos.addresses {
                let rest = "SELECT count(*)::text FROM pg_attribute WHERE attname = 'next' AND attnum > 0"
                #expect(try PostgresServer.text(rest + " AND attrelid = 'ascl_picture'::regclass", at: address) == "0")
            }
        }
        // Begun, and given up after a first batch; meanwhile there is a new picture.
        var batches = 0
        #expect(throws: CancellationError.self) {
            try pictures.indexing(other).catchUp { done, total in
                #expect(total == 12)
                batches += done > 0 ? 1 : 0
            } isCancelled: {
                batches > 0
            }
        }
        try expectFormer()
        try pictures.photos.add("odd/new.bmp", 40)
        #expect(try pictures.index(other, finishing: false) == .of(pictures: 13, new: 1))
        try expectFormer()
        #expect(try pictures.index(other) == .of(pictures: 13))
        try expectAll(by: other)
        // Begun again, and the other way goes on: what it lacks is encoded.
        #expect(try pictures.index(first, finishing: false) == .of(pictures: 13))
        #expect(try pictures.index(other) == .of(pictures: 13))
        try expectAll(by: other)
        try pictures.index(first)
        try expectAll(by: first)
    }

    @Test func `databases with vectors of two models, one of them in a part alone, say so`() throws {
        let pictures = try TrainedStore(pictures: 9, parts: 2)
        let trained = try pictures.trained()
        try pictures.index(trained)
        try PostgresServer.run("UPDATE ascl_store SET checkpoint_fingerprint = 'x'", at: pictures.photos.addresses[1])
        let said = line { _ = try PictureCollection(pictures.photos.store()) }
        #expect(said.hasPrefix("postgresql://") && said.contains("model: expected vectors of "), "\(said)")
        #expect(said.hasSuffix("too: `ascl index --model` has not come to its end"), "\(said)")
        #expect(try pictures.index(trained) == .of(pictures: 9))
        #expect(try PictureCollection(pictures.photos.store()).search(TrainedStore.query()).hits.count == 9)
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
