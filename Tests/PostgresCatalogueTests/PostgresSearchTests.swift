import AsCLBase
import FeatureExtraction
import Foundation
import PictureCatalogue
import PictureSearch
import RetrievalFixtures
import Testing
import VectorStore

@testable import PostgresCatalogue

/// Whatever is searched for, PostgreSQL answers as an index's folder does.
@Suite(.enabled(if: PostgresServer.isThere, "\(PostgresServer.lack)"), .timeLimit(.minutes(3)))
struct PostgresSearchTests {
    private static let filters: [(String, @Sendable (inout PictureFilter, String) -> Void)] = [
        ("none", { _, _ in }),
        ("folder", { $0.folder = $1 + "/odd" }),
        ("part of a folder's name", { $0.folder = $1 + "/od" }),
        ("orientation", { filter, _ in filter.orientation = .landscape }),
        ("square", { filter, _ in filter.orientation = .square }),
        ("side", { filter, _ in filter.leastSide = 16 }),
        ("after", { filter, _ in filter.from = "2019" }),
        ("before", { filter, _ in filter.to = "2018" }),
        ("day", { filter, _ in (filter.from, filter.to) = ("2019-07", "2019-07") }),
        ("camera", { filter, _ in filter.camera = "pixel" }),
        ("all", { ($0.folder, $0.to, $0.orientation) = ($1 + "/even", "2002", .landscape) }),
    ]

    @Test(arguments: [1, 3]) func `answers are those of an index's folder`(parts: Int) throws {
        let photos = try StoredPhotos(24, parts: parts)
        let taken = try TinyPicture.jpeg(70, taken: "2019:07:01 12:34:56", camera: "Pixel 9", in: photos.folder)
        try photos.write(taken, "odd/taken.jpg")
        #expect(try photos.index() == Indexing.Summary.of(pictures: 25, new: 25))
        let (folder, store) = (try photos.folderCollection(), try photos.collection())
        for (name, change) in Self.filters {
            for newest in [false, true] {
                let query = StoredPhotos.everything {
                    change(&$0.filter, photos.images)
                    $0.newestFirst = newest
                }
                let (expected, found) = (try folder.search(query), try store.search(query))
                #expect(found.paths == expected.paths, "\(name)")
                #expect(found.paths.isEmpty == (name == "part of a folder's name"), "\(name)")
                #expect(found.searchedCount == expected.searchedCount && found.count == expected.count, "\(name)")
                for (one, other) in zip(found.hits, expected.hits) {
                    #expect(abs(one.score - other.score) < 1e-5)
                    #expect(abs((one.relevance ?? -1) - (other.relevance ?? -1)) < 1e-4)
                    #expect(one.picture.taken == other.picture.taken && one.picture.width == other.picture.width)
                    #expect(one.picture.camera == other.picture.camera && one.picture.copies == other.picture.copies)
                    #expect(one.picture.takenFrom == other.picture.takenFrom)
                }
            }
        }
        // By a picture of the collection, and page by page.
        let some = try #require(try store.search(StoredPhotos.everything()).hits.first).picture.id
        var like = PictureQuery([(.picture(some), 1)])
        #expect(try store.search(like).hits.first?.picture.id == some)
        like.subjects = [(.picture(some), 1), (.sentence("a dog"), -1)]
        like.showsAll = true
        #expect(try store.search(like).hits.count == 10)
        let pages = try (0..<3).map { page in
            try store.search(StoredPhotos.everything { ($0.offset, $0.count) = (10 * page, 10) }).paths
        }
        #expect(pages.flatMap { $0 } == (try folder.search(StoredPhotos.everything()).paths))
    }

    @Test func `numbers of pictures are told apart by their parts, and small copies are kept there`() throws {
        let photos = try StoredPhotos(24, parts: 3)
        try photos.index()
        let store = try photos.store()
        let hits = try PictureCollection(store).search(StoredPhotos.everything()).hits
        #expect(Set(hits.map(\.picture.id)).count == 24 && hits.allSatisfy { $0.picture.id > 0 })
        #expect(Set(hits.map { store.part(of: $0.picture.id) }) == [0, 1, 2])
        for hit in hits {
            let places = try #require(try store.places(of: hit.picture.id))
            #expect(places.unchangedFile() == hit.picture.path)
            #expect(store.part(of: places.digest) == store.part(of: hit.picture.id))
            #expect(store.thumbnail(of: hit.picture.id, places, side: 320) == nil)
            store.keep(Data("\(hit.picture.id)".utf8), of: hit.picture.id, places, side: 320)
            #expect(store.thumbnail(of: hit.picture.id, places, side: 320) == Data("\(hit.picture.id)".utf8))
        }
        #expect(try store.places(of: 999_999) == nil)
    }

    @Test(arguments: [1, 3]) func `what changes is taken in`(parts: Int) throws {
        let photos = try StoredPhotos(10, parts: parts)
        try photos.write(Data("no picture".utf8), "odd/broken.jpg")
        #expect(try photos.index() == .of(pictures: 11, new: 10, failed: 1))
        let collection = try photos.collection()
        // Changed, so that it lies in another part perhaps; a copy; one gone; one more.
        for number in 0..<4 { try photos.add("even/\(2 * number).bmp", 20 + number) }
        try photos.add("odd/copy.bmp", 1)
        try photos.remove("odd/3.bmp")
        try photos.add("new.bmp", 30)
        #expect(try photos.index() == .of(pictures: 12, new: 5, known: 1, removed: 1, failed: 1))
        #expect(try photos.index() == .of(pictures: 12, failed: 1))
        // An accent on a quotation mark, and a backslash.
        let odd = "odd/a\"\u{301}\\.bmp"
        try photos.add(odd, 40)
        #expect(try photos.index() == .of(pictures: 13, new: 1, failed: 1))
        try photos.remove(odd)
        #expect(try photos.index() == .of(pictures: 12, removed: 1, failed: 1))
        let found = try collection.search(StoredPhotos.everything())
        #expect(found.paths == (try photos.folderCollection().search(StoredPhotos.everything()).paths))
        #expect(found.searchedCount == 10 && found.hits.map(\.picture.copies).reduce(0, +) == 1)
        let store = try photos.store()
        let numbers = try store.numbers()
        #expect(numbers.files == 12 && numbers.findable == 10 && numbers.problems == 1)
        #expect(numbers.folders == [Indexing.path(photos.images)])
        #expect(try store.problems().map(\.path) == [Indexing.path(photos.images) + "/odd/broken.jpg"])
        #expect(try store.forget(root: "/none") == false)
        #expect(try store.forget(root: Indexing.path(photos.images)))
        #expect(try collection.search(StoredPhotos.everything()).searchedCount == 0)
        #expect(try store.numbers().pictures == 0)
    }

    @Test(arguments: [1, 3]) func `a collection is copied there and back`(parts: Int) throws {
        let photos = try StoredPhotos(13, parts: parts)
        try photos.write(Data("no picture".utf8), "odd/broken.jpg")
        try photos.add("odd/copy.bmp", 1)
        let taken = try TinyPicture.jpeg(70, taken: "2019:07:01 12:34:56", camera: "Pixel 9", in: photos.folder)
        try photos.write(taken, "taken.jpg")
        let original = try photos.folderCollection()
        func copy(_ source: any PictureHome, _ writer: any IndexWriter) throws {
            let model = try #require(try source.answeringModel())
            for root in try source.numbers().folders {
                try writer.copy(root, from: source, by: model)
            }
            try writer.finish(progress: { _, _ in }, isCancelled: { false })
        }
        let model = try #require(try original.home.answeringModel())
        // Twice is once.
        for _ in 0..<2 { try copy(original.home, PostgresWriter(photos.store(), by: model)) }
        let back = photos.folder.path + "/back"
        let stored = try #require(try photos.store().answeringModel())
        #expect(stored.identity == model.identity && stored.description == model.description)
        #expect(stored.shape == model.shape)
        // The bytes that tables have had ever since.
        let width = model.dimension
        let shape = #"{"globalDimension":\#(width),"hasClasses":false,"regionDimension":\#(width),"regions":1}"#
        #expect(try PostgresServer.text("SELECT shape FROM ascl_store", at: photos.addresses[0]) == shape)
        for _ in 0..<2 {
            try copy(photos.store(), FolderWriter(Catalogue(folder: back, isNew: true), by: stored))
        }
        let collections = [original, try photos.collection(), try PictureCollection(index: back)]
        for query in [
            StoredPhotos.everything(), StoredPhotos.everything { $0.newestFirst = true },
            StoredPhotos.everything { $0.filter.camera = "Pixel" },
        ] {
            let answers = try collections.map { try $0.search(query) }
            for answer in answers {
                #expect(answer.paths == answers[0].paths && !answer.paths.isEmpty)
                for (one, other) in zip(answer.hits, answers[0].hits) {
                    #expect(abs(one.score - other.score) < 1e-3 && one.picture.copies == other.picture.copies)
                    #expect(one.picture.taken == other.picture.taken && one.picture.camera == other.picture.camera)
                }
            }
        }
        for collection in collections {
            #expect(try collection.home.problems().map(\.path) == original.home.problems().map(\.path))
            #expect(try collection.home.numbers().files == 16)
        }
        // Nothing is to be done after it, wherever it is.
        #expect(try photos.index() == .of(pictures: 16, failed: 1))
        let indexing = try Indexing(
            Catalogue(folder: back, isNew: false), encoder: photos.encoder(), description: .vector(folder: photos.clip),
            workers: 1)
        #expect(try indexing.run(photos.images) == .of(pictures: 16, failed: 1))
        #expect(
            try PictureCollection(index: back).catalogue.duplicates().count == original.catalogue.duplicates().count)
    }

    @Test(arguments: [1, 3]) func `copied again, a collection has what changed and nothing that is gone`(
        parts: Int
    ) throws {
        let photos = try StoredPhotos(13, parts: parts)
        let back = photos.folder.path + "/back"
        let (model, root) = (try photos.model(), Indexing.path(photos.images))
        func expectCopies() throws {
            let original = try photos.folderCollection()
            let there = try PostgresWriter(photos.store(), by: model)
            let answering = try #require(try original.home.answeringModel())
            try there.copy(root, from: original.home, by: answering)
            try there.finish(progress: { _, _ in }, isCancelled: { false })
            let folder = try FolderWriter(Catalogue(folder: back, isNew: true), by: model)
            try folder.copy(root, from: photos.store(), by: model)
            try folder.finish(progress: { _, _ in }, isCancelled: { false })
            let (whole, numbers) = (
                try original.search(StoredPhotos.everything()).paths, try original.home.numbers()
            )
            #expect(numbers.files == whole.count && numbers.pictures == whole.count)
            for copy in [try photos.collection(), try PictureCollection(index: back)] {
                let own = try copy.home.numbers()
                #expect(own.files == numbers.files && own.pictures == numbers.pictures)
                #expect(own.findable == numbers.findable && own.folders == numbers.folders)
                let found = try copy.search(StoredPhotos.everything())
                #expect(found.paths == whole && found.searchedCount == whole.count)
            }
        }
        try expectCopies()
        for number in 0..<4 { try photos.add("even/\(2 * number).bmp", 20 + number) }
        try expectCopies()
        try photos.remove("odd/3.bmp")
        try expectCopies()
    }

    @Test func `shards of a folder are copied into one collection`() throws {
        let photos = try StoredPhotos(13)
        let model = try photos.model()
        for index in 1...2 {
            let catalogue = try Catalogue(folder: photos.folder.path + "/shard-\(index)", isNew: true)
            let indexing = try Indexing(
                FolderWriter(catalogue, by: model, shard: Shard(index: index, count: 2)), encoder: photos.encoder(),
                workers: 1)
            _ = try indexing.run(photos.images)
            try indexing.finish()
            let writer = try PostgresWriter(photos.store(), by: model)
            let answering = try #require(try catalogue.answeringModel())
            try writer.copy(Indexing.path(photos.images), from: FolderHome(catalogue), by: answering)
            try writer.finish(progress: { _, _ in }, isCancelled: { false })
            let own = try (catalogue.numbers().files, photos.store().numbers().files)
            #expect(own.0 < 13 && own.1 == (index == 1 ? own.0 : 13))
        }
    }

    @Test func `what is near is found whichever part has it`() throws {
        let (one, three) = (try StoredPhotos(0), try StoredPhotos(0, parts: 3))
        let (model, root) = (try one.model(), "/photos")
        var generator = SeededGenerator(seed: 5)
        // Nearly all that is near lies in the first part: no dice would have thrown that.
        let files = (0..<600).map { number in
            let digest = ContentDigest(of: "\(number)")
            let isNear = digest.part(of: 3) == 0 || number % 50 == 0
            let vector = (0..<model.dimension).map { column in
                (column == 0 ? (isNear ? 2 : -2) : 0) + Float(generator.uniform() - 0.5)
            }
            return IndexedFile(
                name: PictureName("\(number).jpg"), stamp: .init(size: 1, modified: 1), written: 1, digest: digest,
                problem: nil, facts: nil, vector: vector)
        }
        func paths(_ photos: StoredPhotos, _ top: Int) throws -> [Set<String>] {
            // All that is there is looked at, so that nothing but the parts may lose any.
            let store = try PostgresStore(
                photos.addresses.map { try .init($0 + "?options=-c%20enable_indexscan%3Doff") })
            let vectors = try store.nearestPictures(by: model)
            // No two are as near as each other, and what is asked for has the same numbers in float16.
            let queries = [1, -1].map { first in
                (0..<model.dimension).map { $0 == 0 ? first : Float($0 + 1) / 64 }
            }
            let found = try vectors.nearest(to: queries, top: top, in: vectors.selection(PictureFilter())).value
            return try found.map { matches in
                let known = try store.pictures(matches.map(\.id)).value
                return try Set(matches.map { try #require(known[$0.id]).path })
            }
        }
        for photos in [one, three] {
            let writer = try PostgresWriter(photos.store(), by: model)
            _ = try writer.files(in: root)
            try writer.write(files, in: root)
            try writer.finish(progress: { _, _ in }, isCancelled: { false })
        }
        #expect(PostgresStore.share(of: 60, parts: 3) < 40 && PostgresStore.share(of: 60, parts: 1) == 60)
        for top in [1, 60, 150, 700] {
            let expected = try paths(one, top)
            #expect(try paths(three, top) == expected && expected.allSatisfy { $0.count == min(top, 600) })
        }
    }

    @Test func `the graph finds what is near, and goes on behind a filter`() throws {
        let photos = try StoredPhotos(0)
        let (model, root) = (try photos.model(), "/photos")
        let writer = try PostgresWriter(photos.store(), by: model)
        _ = try writer.files(in: root)
        var generator = SeededGenerator(seed: 5)
        func vector(_ mean: Float) -> [Float] {
            (0..<model.dimension).map { mean * ($0 == 0 ? 1 : 0) + Float(generator.uniform() - 0.5) }
        }
        let files = (0..<3000).map { number in
            let isFar = number % 100 == 0
            return IndexedFile(
                name: PictureName("\(isFar ? "far" : "near")/\(number).jpg"), stamp: .init(size: 1, modified: 1),
                written: 1, digest: ContentDigest(of: "\(number)"), problem: nil, facts: nil,
                vector: vector(isFar ? -1 : 1))
        }
        try writer.write(files, in: root)
        try writer.finish(progress: { _, _ in }, isCancelled: { false })
        // Only the graph is left to the planner.
        let address = photos.addresses[0] + "?options=-c%20enable_seqscan%3Doff%20-c%20enable_bitmapscan%3Doff"
        let store = try PostgresStore([.init(address)])
        let scanning = try PostgresStore([.init(photos.addresses[0] + "?options=-c%20enable_indexscan%3Doff")])
        let exact = PostgresVectors(scanning, of: model)
        let graph = PostgresVectors(store, of: model, looksAtAll: 0)
        let query = vector(2)
        let length = query.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let unit = query.map { $0 / length }
        let plan = try PostgresServer.text(
            """
            EXPLAIN (FORMAT json) SELECT id FROM ascl_picture WHERE embedding IS NOT NULL
            ORDER BY embedding <#> '[\(unit.map { "\($0)" }.joined(separator: ","))]'::halfvec LIMIT 10
            """, at: address)
        #expect(plan?.contains("ascl_picture_embedding") == true)
        var far = PictureFilter()
        far.folder = root + "/far"
        for (filter, top, share) in [(PictureFilter(), 10, 1.0), (PictureFilter(), 500, 0.98), (far, 20, 1.0)] {
            let selection = try exact.selection(filter)
            #expect(selection.count == (filter.isEmpty ? 3000 : 30))
            let expected = try exact.nearest(to: [unit], top: top, in: selection).value[0]
            let found = try graph.nearest(to: [unit], top: top, in: selection).value[0]
            #expect(found.count == top && expected.count == top)
            let both = Set(found.map(\.id)).intersection(expected.map(\.id)).count
            #expect(Double(both) >= share * Double(top), "\(both) of \(top)")
            #expect(found.map(\.score) == found.map(\.score).sorted(by: >))
        }
    }
}

extension Indexing.Summary {
    static func of(
        pictures: Int, new: Int = 0, known: Int = 0, removed: Int = 0, failed: Int = 0
    ) -> Indexing.Summary {
        var summary = Indexing.Summary()
        (summary.pictures, summary.new, summary.known) = (pictures, new, known)
        (summary.removed, summary.failed) = (removed, failed)
        return summary
    }
}
