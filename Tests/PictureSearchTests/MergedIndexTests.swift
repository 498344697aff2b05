import AsCLBase
import Foundation
import ImageEncoding
import PictureCatalogue
import RetrievalModels
import Testing

@testable import PictureSearch

/// Searches of an index that was joined from shards, beside those of one that one machine made.
@Suite struct MergedIndexTests {
    private func merged(_ photos: TrainedPhotos, _ checkpoint: String?) throws -> String {
        let trained = try checkpoint.map { try TrainedModel(checkpoint: $0) }
        let parts = (1...3).map { "\(photos.folder.path)/part-\($0)" }
        for (number, part) in parts.enumerated() {
            let indexing = try Indexing(
                Catalogue(folder: part, isNew: true), encoder: photos.encoder, description: photos.description,
                checkpoint: trained?.searchCheckpoint(photos.description, shape: photos.encoder.shape),
                shard: Shard(index: number + 1, count: 3), workers: 1)
            _ = try indexing.run(photos.images)
            try indexing.finish()
        }
        let folder = photos.folder.path + "/merged"
        _ = try CatalogueMerge(parts).write(to: folder)
        return folder
    }

    private func hits(_ index: String, _ query: PictureQuery) throws -> [SearchAnswer.Hit] {
        var query = query
        (query.count, query.showsAll) = (30, true)
        return try PictureCollection(index: index).search(query).hits
    }

    /// By an encoder's vectors and AsCL's scores, by AsCL's own vectors and its scores, and by another model's vectors alone.
    @Test(arguments: [(true, Method.ascl), (false, .ascl), (false, .vse)])
    func `both stages answer the same`(_ patches: Bool, _ method: Method) throws {
        let photos = try TrainedPhotos(patches: patches, pictures: 30)
        let checkpoint = try photos.checkpoint("model", method)
        try photos.update(checkpoint)
        let merged = try merged(photos, checkpoint)
        for sentence in ["the red cat sleeps near a tree", "two boats"] {
            let (whole, joined) = try (hits(photos.index, .init(sentence)), hits(merged, .init(sentence)))
            #expect(joined.map(\.picture.path) == whole.map(\.picture.path) && whole.count == 30)
            #expect(zip(joined, whole).allSatisfy { method == .vse || $0.score == $1.score })
            // Encoded beside other pictures and rounded to float16, a trained model's vector may differ in the last bit.
            #expect(zip(joined, whole).allSatisfy { abs(($0.cosine ?? $0.score) - ($1.cosine ?? $1.score)) < 1e-3 })
            #expect(!patches || zip(joined, whole).allSatisfy { $0.cosine == $1.cosine })
            #expect(zip(joined, whole).allSatisfy { abs(($0.relevance ?? 0) - ($1.relevance ?? 0)) < 1e-3 })
        }
        let like = PictureQuery([(.file(photos.images + "/7.bmp"), 1)])
        #expect(try hits(merged, like).first?.picture.path == hits(photos.index, like).first?.picture.path)
    }

    @Test func `sentences keep their vectors`() throws {
        let photos = try IndexedPhotos(pictures: 8)
        let parts = (1...2).map { "\(photos.folder.path)/part-\($0)" }
        for (number, part) in parts.enumerated() {
            var digests = FileDigests()
            let tower = try PatchEncoder(directory: photos.encoder, regions: .vector, digests: &digests)
            do {
                let indexing = try Indexing(
                    Catalogue(folder: part, isNew: true), encoder: tower, description: .vector(folder: photos.encoder),
                    shard: Shard(index: number + 1, count: 2), workers: 1)
                _ = try indexing.run(photos.images)
                try indexing.finish()
            }
            let catalogue = try Catalogue(folder: part, isNew: false)
            for name in 0..<8 { _ = try? catalogue.setCaptions([("\(name).bmp", ["a cat", "picture \(name)"])]) }
            try PictureCollection(index: part).encodeCaptions()
        }
        let folder = photos.folder.path + "/merged"
        #expect(try CatalogueMerge(parts).write(to: folder).captions == 16)
        let collection = try PictureCollection(index: folder)
        let answer = try collection.captions(of: .file(photos.images + "/even/4.bmp"), count: 9)
        #expect(answer.searchedCount == 16 && answer.hits.count == 9)
        #expect(Set(answer.hits.filter(\.isOwn).map(\.text)) == ["a cat", "picture 4"])
        // None is missing.
        var made = 0
        try collection.encodeCaptions(progress: { done, _ in made = done })
        #expect(made == 0)
    }
}
