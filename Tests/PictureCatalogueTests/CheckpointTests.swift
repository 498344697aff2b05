import AsCLBase
import FeatureExtraction
import Foundation
import GRDB
import ImageEncoding
import RetrievalFixtures
import Synchronization
import Testing

@testable import PictureCatalogue

/// A checkpoint that searches by an index's features: what the index keeps of it.
@Suite struct CheckpointTests {
    /// Vectors of two numbers, the first the checkpoint's own; counts the pictures that it was asked for.
    private final class Model: Sendable {
        let asked = Mutex(0)
        let own: Float

        init(own: Float) { self.own = own }

        func checkpoint() -> SearchCheckpoint {
            SearchCheckpoint(
                path: "/models/\(own)", fingerprint: "fingerprint \(own)",
                vectors: .init(dimension: 2) { records in
                    self.asked.withLock { $0 += records.count }
                    return records.flatMap { record in [self.own, record.withBytes { Float($0.count) }] }
                })
        }
    }

    private func indexing(_ photos: Photos, _ model: Model) throws -> Indexing {
        try Indexing(
            Catalogue(folder: photos.index, isNew: true), encoder: DescriptorEncoder(), description: .descriptors,
            checkpoint: model.checkpoint(), workers: 1)
    }

    /// Pictures that were encoded.
    private func run(_ photos: Photos, _ model: Model) throws -> Int {
        let indexing = try indexing(photos, model)
        let summary = try indexing.run(photos.images)
        try indexing.finish()
        return summary.new
    }

    @Test func `vectors are made once for each checkpoint, and taken up where they were left`() throws {
        let photos = try Photos(5)
        let (one, other) = (Model(own: 1), Model(own: 500))
        #expect(try run(photos, one) == 5)
        #expect(one.asked.withLock { $0 } == 5)
        let catalogue = try Catalogue(folder: photos.index, isNew: false)
        let model = try #require(try catalogue.answeringModel())
        #expect(model.checkpoint?.path == "/models/1.0" && model.dimension == 2 && model.shape.regions == 36)
        let layout = model.layout
        let length = Float(layout.byteCount)
        let ids = try catalogue.contents(model)
        let vector = try catalogue.vectors(of: model, mode: .reading).vector(of: #require(ids.values.first)) ?? []
        #expect(abs(vector[0] * length - vector[1]) < 2 && vector.count == 2)

        try photos.add("6.bmp", 6)
        var done: [Int] = []
        do {
            let stopped = try indexing(photos, other)
            #expect(throws: CancellationError.self) { try stopped.catchUp(isCancelled: { true }) }
            #expect(try catalogue.answeringModel() == model)
            try stopped.catchUp(progress: { made, total in done += [made, total] })
        }
        #expect(done == [5, 5] && other.asked.withLock { $0 } == 5)
        #expect(try run(photos, other) == 1)
        #expect(other.asked.withLock { $0 } == 6)
        let now = try #require(try catalogue.answeringModel())
        #expect(now.id == model.id && now.checkpoint?.fingerprint == "fingerprint 500.0")
        #expect(try catalogue.vectors(of: now, mode: .reading).count == 6)
        #expect(throws: InputError.self) { try catalogue.vectors(of: model, mode: .reading) }
    }

    @Test func `an index of before is by the vectors of a folder`() throws {
        let photos = try Photos(2)
        try photos.indexed()
        let catalogue = try Catalogue(folder: photos.index, isNew: false)
        try catalogue.database.write { database in
            try database.execute(
                sql: """
                    DROP TABLE checkpoint;
                    ALTER TABLE model DROP COLUMN description;
                    ALTER TABLE model DROP COLUMN shape;
                    DELETE FROM grdb_migrations WHERE identifier = 'checkpoint';
                    UPDATE model SET encoder = '/models/clip', dimension = 512;
                    """)
        }
        let model = try #require(try Catalogue(folder: photos.index, isNew: false).answeringModel())
        #expect(model.description == .vector(folder: "/models/clip") && model.checkpoint == nil)
        #expect(model.shape == FeatureShape(regions: 1, regionDimension: 512, globalDimension: 512, hasClasses: false))
    }
}
