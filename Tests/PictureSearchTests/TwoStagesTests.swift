import AsCLBase
import Foundation
import PictureCatalogue
import RetrievalFixtures
import RetrievalModels
import Testing
import Torch

@testable import PictureSearch

/// A trained model that decides the order.
@Suite struct TwoStagesTests {
    private func ids(_ answer: SearchAnswer) -> [Int64] { answer.hits.map(\.picture.id) }

    @Test(arguments: [false, true])
    func `scores are the model's own, in their order`(_ patches: Bool) throws {
        let photos = try TrainedPhotos(patches: patches)
        let checkpoint = try photos.checkpoint()
        #expect(try photos.update(checkpoint).new == 12)
        let collection = try PictureCollection(index: photos.index)
        var query = PictureQuery("the red cat sleeps near a tree")
        (query.showsAll, query.count) = (true, 12)
        let answer = try collection.search(query)
        #expect(answer.hits.count == 12 && answer.searchedCount == 12 && !answer.mayHaveMore && answer.notes.isEmpty)
        #expect(zip(answer.hits, answer.hits.dropFirst()).allSatisfy { $0.score >= $1.score })
        for hit in answer.hits {
            let score = try photos.score(hit.picture.path, "the red cat sleeps near a tree", by: checkpoint)
            #expect(abs(score - hit.score) < 1e-3)
            #expect(hit.cosine != nil && (hit.relevance != nil) == patches)
        }
    }

    @Test func `a shortlist is in the order of its scores, and pages do not shift`() throws {
        let photos = try TrainedPhotos(pictures: 24)
        try photos.update(photos.checkpoint())
        let whole = try PictureCollection(index: photos.index)
        let short = try PictureCollection(
            index: photos.index, limits: SearchLimits(scoredWhole: 0, found: 16, shortlist: 8))
        var query = PictureQuery("a small dog runs")
        query.count = 24
        let exact = try whole.search(query)
        let cosine = Dictionary(uniqueKeysWithValues: exact.hits.map { ($0.picture.id, $0.cosine ?? 0) })
        query.count = 4
        let pages = try (0..<4).map { page in
            query.offset = 4 * page
            return try short.search(query)
        }
        #expect(pages.allSatisfy { $0.count == 16 && $0.mayHaveMore && $0.searchedCount == 24 })
        // Each eight nearest by the first stage, in the order of the exact scores.
        let nearest = exact.hits.map(\.picture.id).sorted { (cosine[$0] ?? 0, $1) > (cosine[$1] ?? 0, $0) }
        for block in 0..<2 {
            let expected = Set(nearest[8 * block..<8 * block + 8])
            #expect(Array(pages[2 * block...2 * block + 1].flatMap(ids)) == ids(exact).filter { expected.contains($0) })
        }
        (query.offset, query.count, query.isExhaustive) = (0, 24, true)
        let all = try short.search(query)
        #expect(ids(all) == ids(exact) && all.notes == ["each of 24 pictures was scored"])
        // To the last bit, whatever stands beside them.
        #expect(zip(all.hits, exact.hits).allSatisfy { $0.score == $1.score })
        #expect(
            pages.flatMap(\.hits).allSatisfy { hit in
                exact.hits.contains { $0.picture == hit.picture && $0.score == hit.score }
            })
    }

    @Test func `sentences add up by their weights, and pictures are asked with by vectors`() throws {
        let photos = try TrainedPhotos()
        let checkpoint = try photos.checkpoint()
        try photos.update(checkpoint)
        let collection = try PictureCollection(index: photos.index)
        var query = PictureQuery([(.sentence("a cat"), 1), (.sentence("two boats"), -1)])
        query.count = 12
        for hit in try collection.search(query).hits {
            let (one, other) = try (
                photos.score(hit.picture.path, "a cat", by: checkpoint),
                photos.score(hit.picture.path, "two boats", by: checkpoint)
            )
            #expect(abs(one - other - hit.score) < 2e-3)
        }
        let like = try collection.search(PictureQuery([(.file(photos.images + "/7.bmp"), 1)]))
        let first = try #require(like.hits.first)
        #expect(first.picture.path.hasSuffix("/7.bmp") && first.score > 0.999 && first.cosine == nil)
        let both = try collection.search(PictureQuery([(.picture(first.picture.id), 1), (.sentence("a cat"), 0.001)]))
        #expect(both.hits.first?.picture.id == first.picture.id)
        for pictures in [[], [(.picture(first.picture.id), 1)]] as [[(PictureQuery.Subject, Float)]] {
            let blank = PictureQuery(pictures + [(.sentence(" "), 1)])
            let error = #expect(throws: InputError.self) { try collection.search(blank) }
            #expect("\(try #require(error))" == "sentence: expected words, found only blanks")
        }
    }

    @Test func `another checkpoint on the same encoder encodes no picture anew`() throws {
        let photos = try TrainedPhotos()
        try photos.update(photos.checkpoint())
        let collection = try PictureCollection(index: photos.index)
        var query = PictureQuery("the green boat")
        query.count = 12
        let (before, blocks) = (try collection.search(query), try photos.blocks())
        let other = try photos.checkpoint("other", seed: 4)
        #expect(try photos.update(other, finishing: false).new == 0)
        #expect(try collection.search(query).hits.map(\.score) == before.hits.map(\.score))
        try photos.update(other)
        let after = try collection.search(query)
        #expect(try photos.blocks() == blocks)
        let hit = try #require(after.hits.first)
        #expect(try abs(photos.score(hit.picture.path, "the green boat", by: other) - hit.score) < 1e-3)
        let model = try #require(try collection.catalogue.answeringModel())
        let stores = try FileManager.default.contentsOfDirectory(atPath: collection.catalogue.place(of: model))
        #expect(model.checkpoint?.path == Indexing.path(other) && stores.count { $0.hasPrefix("vectors") } == 1)
    }

    @Test func `a checkpoint of another encoder's features is refused, and so is one that names none`() throws {
        let photos = try TrainedPhotos(pictures: 1)
        for (features, expected) in [
            ("6x6 grid: resnet152", "found 6x6 grid: resnet152: name that encoder by --regions"),
            (nil, "found none: these were made elsewhere"),
        ] as [(String?, String)] {
            let trained = try TrainedModel(checkpoint: photos.checkpoint(features: .some(features)))
            let error = #expect(throws: InputError.self) { try trained.check(photos.encoder) }
            let line = "\(try #require(error))"
            #expect(line.contains("/model/config.json: features: expected ") && line.contains(expected), "\(line)")
            #expect(features == nil || line.contains(photos.encoder.identity))
        }
    }

    @Test func `a checkpoint that changed or is gone is told`() throws {
        let photos = try TrainedPhotos(pictures: 2)
        let checkpoint = try photos.checkpoint()
        try photos.update(checkpoint)
        _ = try photos.checkpoint(seed: 99)
        let changed = #expect(throws: InputError.self) { try PictureCollection(index: photos.index) }
        #expect("\(try #require(changed))".contains("which the index was made for, found"))
        try FileManager.default.removeItem(atPath: checkpoint)
        let gone = #expect(throws: InputError.self) { try PictureCollection(index: photos.index) }
        let line = "\(try #require(gone))"
        let expected = "No such file or directory: put it back, or name another by `ascl index --model`"
        #expect(line.contains(expected), "\(line)")
    }

    @Test func `what a damaged block held has no score until it is mended`() throws {
        let photos = try TrainedPhotos(pictures: 6)
        let checkpoint = try photos.checkpoint()
        try photos.update(checkpoint)
        for number in 6..<9 { try photos.add(number) }
        // Whole, the two blocks would become one.
        try photos.update(checkpoint, finishing: false)
        let last = try #require(try photos.blocks().keys.sorted().last)
        try FileHandle(forWritingTo: URL(fileURLWithPath: last)).truncate(atOffset: 100)
        var query = PictureQuery("a ball")
        query.count = 9
        let answer = try PictureCollection(index: photos.index).search(query)
        #expect(answer.hits.count == 6)
        #expect(
            answer.notes == ["3 pictures cannot be scored, since their features are damaged: `ascl index` mends that"])
        #expect(try photos.update(checkpoint).new == 3)
        let mended = try PictureCollection(index: photos.index).search(query)
        #expect(mended.hits.count == 9 && mended.notes.isEmpty)
    }

    @Test func `a picture whose numbers are none has no score, and no other suffers`() throws {
        let photos = try TrainedPhotos(pictures: 4)
        let checkpoint = try photos.checkpoint()
        try photos.update(checkpoint)
        var query = PictureQuery("a ball")
        query.isExhaustive = true
        let whole = try PictureCollection(index: photos.index).search(query)
        let block = try #require(try photos.blocks().keys.first)
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: block))
        // Behind the header and four digests the first picture's regions begin.
        try file.seek(toOffset: 24 + 4 * 32)
        try file.write(contentsOf: Data(repeating: 0xFF, count: 64))
        try file.close()
        let collection = try PictureCollection(index: photos.index)
        let answer = try collection.search(query)
        #expect(answer.hits.count == 3 && answer.notes.count == 1)
        let way = "expected finite numbers, found others: `rm \(block)`, then `ascl index`, mends that"
        #expect(answer.notes[0].hasPrefix(photos.index + ": features of picture "), "\(answer.notes)")
        #expect(answer.notes[0].hasSuffix(way), "\(answer.notes)")
        for hit in answer.hits {
            #expect(whole.hits.first { $0.picture == hit.picture }?.score == hit.score)
        }
        let lost = try #require(
            whole.hits.first { hit in !answer.hits.contains { $0.picture == hit.picture } }
        ).picture.id
        #expect(throws: InputError.self) { try collection.explain(picture: lost, sentence: "a ball") }
        #expect(try photos.update(checkpoint).new == 0)
        try FileManager.default.removeItem(atPath: block)
        #expect(try photos.update(checkpoint).new == 4)
        // Whoever had the file open sees it too.
        let mended = try collection.search(query)
        #expect(mended.hits.map(\.score) == whole.hits.map(\.score) && mended.notes.isEmpty)
        let boxes = try FileHandle(forWritingTo: URL(fileURLWithPath: #require(photos.blocks().keys.first)))
        // A record's last number, which is no region's.
        try boxes.seekToEnd()
        try boxes.seek(toOffset: boxes.offset() - 4)
        try boxes.write(contentsOf: Data(repeating: 0xFF, count: 4))
        try boxes.close()
        #expect(try PictureCollection(index: photos.index).search(query).hits.count == 3)
        // Another model's vectors are made of them: what is none is made anew then.
        let other = try photos.checkpoint("other", seed: 4)
        #expect(try photos.update(other).new == 0)
        #expect(try photos.update(other).new == 1)
        let all = try PictureCollection(index: photos.index).search(query)
        #expect(all.hits.count == 4 && all.notes.isEmpty)
    }

    @Test func `a search sees the features of what is indexed meanwhile`() throws {
        let photos = try TrainedPhotos(pictures: 4)
        let checkpoint = try photos.checkpoint()
        try photos.update(checkpoint)
        let collection = try PictureCollection(index: photos.index)
        #expect(try collection.search(PictureQuery("a tree")).hits.count == 4)
        try photos.add(4)
        try photos.update(checkpoint, finishing: false)
        #expect(try collection.search(PictureQuery("a tree")).hits.count == 5)
        try FileManager.default.removeItem(atPath: photos.images + "/0.bmp")
        try photos.update(checkpoint)
        let answer = try collection.search(PictureQuery("a tree"))
        #expect(answer.hits.count == 4 && answer.notes.isEmpty)
    }

    @Test(arguments: [Method.vse, .dualEncoder, .dsran, .cots, .vista, .lexlip, .lexicon])
    func `where the cosine is the score it is all there is`(_ method: Method) throws {
        let photos = try TrainedPhotos()
        let checkpoint = try photos.checkpoint("dual", method)
        try photos.update(checkpoint)
        let collection = try PictureCollection(index: photos.index, limits: SearchLimits(scoredWhole: 0))
        let model = try RetrievalModel(checkpoint: checkpoint)
        let scorer = try #require(model.scorer as? any VectorScorer)
        var query = PictureQuery("the old house")
        query.count = 12
        let answer = try collection.search(query)
        #expect(answer.hits.count == 12 && answer.notes.isEmpty)
        let text = try scorer.vectors(model.encode(model.tokenize(["the old house"]).map(\.ids))).array(Float.self)
        for hit in answer.hits {
            let image = try scorer.vectors(photos.features(hit.picture.path)).array(Float.self)
            #expect(abs(dot(text, image) - hit.score) < 2e-3 && hit.cosine == nil)
        }
    }

    @Test func `LightningDOT finds by directions and orders by its scores`() throws {
        let photos = try TrainedPhotos()
        let checkpoint = try photos.checkpoint("dot", .lightningDOT)
        try photos.update(checkpoint)
        let trained = try TrainedModel(checkpoint: checkpoint)
        #expect(trained.notice(photos.description) == nil && !trained.scoresByVectors)
        var query = PictureQuery("the old house")
        query.count = 12
        let answer = try PictureCollection(index: photos.index).search(query)
        #expect(answer.hits.count == 12)
        #expect(zip(answer.hits, answer.hits.dropFirst()).allSatisfy { $0.score >= $1.score })
        let model = trained.model
        let texts = try model.encode(model.tokenize(["the old house"]).map(\.ids))
        let scorer = try #require(model.scorer as? LightningDOT)
        for hit in answer.hits {
            let image = try scorer.scorable(photos.features(hit.picture.path), in: .fp32)
            let text = try scorer.scorable(texts, in: .fp32)
            let (u, t) = (try image.array(Float.self), try text.array(Float.self))
            let score = try scorer.similarity(image, text).array(Float.self)[0]
            #expect(abs(score - hit.score) < 2e-3 * max(1, abs(score)))
            let cosine = dot(u, t) / (dot(u, u) * dot(t, t)).squareRoot()
            #expect(try abs(#require(hit.cosine) - cosine) < 2e-3)
        }
    }

    @Test func `vectors longer than a store's are not searched by, and every picture is scored`() throws {
        let photos = try TrainedPhotos(pictures: 1)
        let trained = try TrainedModel(checkpoint: photos.checkpoint("terms", .lexicon))
        #expect(trained.model.vectorScorer(upTo: 8) == nil && trained.model.vectorScorer(upTo: 64) != nil)
        #expect(trained.model.vectorScorer != nil)
    }

    @Test func `a method without vectors scores every picture`() throws {
        let photos = try TrainedPhotos()
        let checkpoint = try photos.checkpoint("scan", .scan)
        try photos.update(checkpoint)
        let trained = try TrainedModel(checkpoint: checkpoint)
        #expect(trained.notice(photos.description)?.hasPrefix("scan has no vector of a picture") == true)
        let collection = try PictureCollection(index: photos.index, limits: SearchLimits(scoredWhole: 0))
        var query = PictureQuery("two horse")
        query.count = 12
        let answer = try collection.search(query)
        #expect(answer.hits.count == 12 && answer.hits.allSatisfy { $0.cosine == nil })
        #expect(zip(answer.hits, answer.hits.dropFirst()).allSatisfy { $0.score >= $1.score })
        #expect(answer.notes == ["each of 12 pictures was scored"])
        let like = try collection.search(PictureQuery([(.file(photos.images + "/3.bmp"), 1)]))
        #expect(like.hits.first?.picture.path.hasSuffix("/3.bmp") == true)
        let both = PictureQuery([(.file(photos.images + "/3.bmp"), 1), (.sentence("a cat"), 1)])
        let error = #expect(throws: InputError.self) { try collection.search(both) }
        #expect("\(try #require(error))".hasPrefix("query: expected sentences alone or pictures alone"))
    }
}
