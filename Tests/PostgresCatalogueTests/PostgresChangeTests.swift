import AsCLBase
import FeatureExtraction
import Foundation
import PictureCatalogue
import Postgres
import RetrievalFixtures
import Synchronization
import Testing
import VectorStore

@testable import PictureSearch
@testable import PostgresCatalogue

/// Searches while another model's vectors take the place of those that are there.
@Suite(.enabled(if: PostgresServer.isThere, "\(PostgresServer.lack)"), .timeLimit(.minutes(3)))
struct PostgresChangeTests {
    /// Pictures that a model of 16 numbers has indexed, and another model: of as many, or of more.
    private static func pictures(
        parts: Int, dimension: Int
    ) throws -> (TrainedStore, first: TrainedModel, other: TrainedModel) {
        let pictures = try TrainedStore(pictures: 12, parts: parts)
        let first = try pictures.trained()
        try pictures.index(first)
        return (pictures, first, try pictures.trained("other", dimension: dimension, seed: 4))
    }

    @Test(arguments: [1, 3], [16, 32]) func `a search in hand is begun anew by the model that took its place`(
        parts: Int, dimension: Int
    ) throws {
        let (pictures, first, other) = try Self.pictures(parts: parts, dimension: dimension)
        for subject in [PictureQuery.Subject.sentence("the red cat"), .file(pictures.photos.images + "/even/0.bmp")] {
            let query = TrainedStore.query { $0.subjects = [(subject, 1)] }
            let home = ChangingHome(try pictures.photos.store())
            let collection = try PictureCollection(home)
            let before = try collection.search(query).scored
            home.change { try pictures.index(other) }
            let found = try collection.search(query).scored
            #expect(found == (try PictureCollection(pictures.photos.store()).search(query).scored))
            #expect(found != before && found.count == 12)
            try pictures.index(first)
        }
    }

    @Test(arguments: [16, 32]) func `vectors of another model are never taken for the former's`(
        dimension: Int
    ) throws {
        let (pictures, _, other) = try Self.pictures(parts: 1, dimension: dimension)
        let store = try pictures.photos.store()
        let model = try #require(try store.answeringModel())
        let vectors = try store.nearestPictures(by: model)
        let selection = try vectors.selection(PictureFilter())
        let query = [Float](repeating: 0.25, count: 16)
        let ids = try vectors.nearest(to: [query], top: 12, in: selection).value[0].map(\.id)
        #expect(try ids.count == 12 && vectors.vectors(of: ids).count == 12)
        try pictures.index(other)
        #expect(throws: ModelChanged.self) { try vectors.nearest(to: [query], top: 12, in: selection) }
        #expect(throws: ModelChanged.self) { try vectors.vectors(of: ids) }
        let said = line { try store.forEachFile(in: Indexing.path(pictures.photos.images), by: model) { _ in } }
        #expect(said.hasSuffix("found another model's: `ascl index` has just put them in, so try again"), "\(said)")
    }

    @Test(arguments: [16, 32], [0, 1]) func `databases that a kill left between two models are searched by the new one`(
        dimension: Int, changed: Int
    ) throws {
        let (pictures, first, other) = try Self.pictures(parts: 2, dimension: dimension)
        try pictures.index(other)
        let query = TrainedStore.query { $0.subjects = [(.file(pictures.photos.images + "/even/0.bmp"), 1)] }
        func found() throws -> [ScoredPicture] {
            try PictureCollection(pictures.photos.store()).search(query).scored
        }
        let whole = try found()
        try pictures.index(first)
        let former = try found()
        // One database refuses to change over.
        let address = pictures.photos.addresses[1 - changed]
        try PostgresServer.run(
            """
            CREATE FUNCTION refused() RETURNS trigger AS 'BEGIN RAISE ''killed''; END' LANGUAGE plpgsql;
            CREATE TRIGGER refused BEFORE UPDATE OF answers ON ascl_store EXECUTE FUNCTION refused()
            """, at: address)
        #expect(line { try pictures.index(other) }.contains("killed"))
        // They change over in their order.
        #expect(try found() == (changed == 0 ? whole : former))
        if changed == 0 {
            // Pictures that came while the model was on its way have its vectors alone.
            try PostgresServer.run("UPDATE ascl_picture SET embedding = NULL", at: address)
            #expect(try found() == whole)
        }
        let store = try pictures.photos.store()
        let model = try #require(try store.answeringModel())
        try store.forEachFile(in: Indexing.path(pictures.photos.images), by: model) {
            #expect($0.allSatisfy { $0.vector?.count == model.dimension })
        }
        try PostgresServer.run("DROP TRIGGER refused ON ascl_store", at: address)
        try pictures.index(other)
        #expect(try found() == whole)
    }

    @Test func `no search fails while models change`() throws {
        let (pictures, first, other) = try Self.pictures(parts: 3, dimension: 16)
        let store = try pictures.photos.store()
        let collection = try PictureCollection(store)
        let said = Mutex<(searches: Int, problems: Set<String>, isOver: Bool)>((0, [], false))
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            while !said.withLock(\.isOver) {
                let problem = line {
                    let answer = try collection.search(TrainedStore.query())
                    guard answer.hits.count == 12, answer.notes.isEmpty else {
                        throw InputError(
                            place: "answer", expected: "12", found: "\(answer.hits.count), \(answer.notes)")
                    }
                }
                said.withLock {
                    $0.searches += 1
                    if problem != "no error" { $0.problems.insert(problem) }
                }
            }
            done.signal()
        }
        for _ in 0..<3 {
            try pictures.index(other)
            try pictures.index(first)
        }
        said.withLock { $0.isOver = true }
        done.wait()
        said.withLock { said in #expect(said.searches > 0 && said.problems.isEmpty, "\(said)") }
    }
}

/// A home to which something happens once, between what a search asks first and what it asks next.
private final class ChangingHome: HomeAround {
    let store: PostgresStore
    private let act = Mutex<(@Sendable () throws -> Void)?>(nil)

    init(_ store: PostgresStore) { self.store = store }

    func change(_ body: @escaping @Sendable () throws -> Void) { act.withLock { $0 = body } }

    fileprivate func happen() throws {
        let body = act.withLock { act in
            defer { act = nil }
            return act
        }
        try body?()
    }

    func nearestPictures(by model: CatalogueModel) throws -> any PictureVectors {
        ChangingVectors(home: self, vectors: try store.nearestPictures(by: model))
    }
}

private struct ChangingVectors: PictureVectors {
    let home: ChangingHome
    let vectors: any PictureVectors

    var dimension: Int { vectors.dimension }
    var count: Int { vectors.count }
    var damage: [String] { vectors.damage }
    func refresh() throws { try vectors.refresh() }
    func selection(_ filter: PictureFilter) throws -> PictureSelection {
        let selection = try vectors.selection(filter)
        try home.happen()
        return selection
    }
    func nearest(
        to queries: [[Float]], top: Int, in selection: PictureSelection
    ) throws -> Gathered<[[VectorMatch]]> {
        try vectors.nearest(to: queries, top: top, in: selection)
    }
    func vectors(of ids: [Int64]) throws -> [Int64: [Float]] { try vectors.vectors(of: ids) }
    func ids(in selection: PictureSelection) throws -> Gathered<[Int64]> { try vectors.ids(in: selection) }
}
