import AsCLBase
import FeatureExtraction
import Foundation
import GRDB
import ImageEncoding
import RetrievalFixtures
import Testing

@testable import PictureCatalogue

/// Indexes of shards, and the one that they are joined to.
@Suite struct MergeTests {
    private let photos: Photos

    /// Of 24 pictures one lies in three places, and three files cannot be used.
    init() throws {
        photos = try Photos(24)
        try photos.add("a/copy.bmp", 5)
        try photos.add("b/copy.bmp", 5)
        for name in ["broken.jpg", "b/broken.png"] { try photos.write(Data("no picture \(name)".utf8), name) }
        try photos.write(TinyPicture.bitmap { _, _, channel in channel == 2 ? 200 : 3 }, "stub.bmp")
    }

    private func part(_ number: Int) -> String { "\(photos.folder.path)/part-\(number)" }
    private var merged: String { photos.folder.path + "/merged" }

    private func indexing(
        _ number: Int, of count: Int = 3, _ checkpoint: SearchCheckpoint? = nil,
        encoder: any PictureEncoder = DescriptorEncoder()
    ) throws -> Indexing {
        try Indexing(
            Catalogue(folder: part(number), isNew: true), encoder: encoder, description: .descriptors,
            checkpoint: checkpoint, shard: Shard(index: number, count: count), workers: 1)
    }

    /// Brings a shard up to date.
    @discardableResult
    private func run(
        _ number: Int, of count: Int = 3, _ checkpoint: SearchCheckpoint? = nil,
        encoder: any PictureEncoder = DescriptorEncoder()
    ) throws -> Indexing.Summary {
        let indexing = try indexing(number, of: count, checkpoint, encoder: encoder)
        let summary = try indexing.run(photos.images)
        try indexing.finish()
        return summary
    }

    @discardableResult
    private func merge(_ numbers: Int...) throws -> Catalogue.Numbers {
        try CatalogueMerge(numbers.map(part)).write(to: merged)
    }

    /// All that an index says, without its own numbers: rows of every table as text, features and vectors by content.
    private func contents(_ folder: String) throws -> [String: [String]] {
        let catalogue = try Catalogue(folder: folder, isNew: false)
        let model = try #require(try catalogue.answeringModel())
        var contents = try catalogue.database.read { database in
            try [
                "content": "SELECT hex(sha256), width, height, taken, camera, latitude, longitude, look FROM content",
                "file": """
                SELECT root.path, file.path, size, modified, problem, written, hex(sha256)
                FROM file JOIN root ON root.id = root LEFT JOIN content ON content.id = content
                """,
                "feature": """
                SELECT identity, hex(sha256), problem FROM feature JOIN model ON model.id = model
                JOIN content ON content.id = content
                """,
                "model": "SELECT encoder, identity, dimension, answers, description, shape FROM model",
                "checkpoint": "SELECT path, fingerprint, dimension, answers FROM checkpoint",
                "caption": "SELECT hex(sha256), text FROM caption JOIN content ON content.id = content",
            ].mapValues { try Row.fetchAll(database, sql: $0).map(\.description).sorted() }
        }
        let numbers = try catalogue.contents(model)
        let vectors = try catalogue.vectors(of: model, mode: .reading)
        let features = try catalogue.features(of: model)
        contents["vectors"] = numbers.map { "\($0.key.hexadecimal) \(vectors.vector(of: $0.value) ?? [])" }.sorted()
        contents["features"] = try numbers.keys.map { digest in
            let record = try features.records(of: [digest])[0]
            return "\(digest.hexadecimal) \(record?.withBytes { ContentDigest(of: $0).hexadecimal } ?? "none")"
        }.sorted()
        return contents
    }

    @Test func `merged shards are what one machine would have made`() throws {
        for number in 1...3 { try run(number) }
        try photos.indexed()
        let captions = [
            ("2.bmp", ["a red square", "twice"]), ("b/copy.bmp", ["a copy", "twice"]), ("9.bmp", ["nine"]),
        ]
        _ = try Catalogue(folder: photos.index, isNew: false).setCaptions(captions)
        for number in 1...3 {
            // Each shard knows some of the names alone.
            let catalogue = try Catalogue(folder: part(number), isNew: false)
            for caption in captions { _ = try? catalogue.setCaptions([caption]) }
        }
        let numbers = try merge(3, 1, 2)
        #expect(numbers.files == 29 && numbers.findable == 24 && numbers.problems == 3 && numbers.captions == 5)
        let (found, expected) = (try contents(merged), try contents(photos.index))
        #expect(found == expected && found["vectors"]?.count == 24 && found["caption"]?.count == 5)
        // It is an index like any other, and up to date.
        let later = try Indexing(
            Catalogue(folder: merged, isNew: false), encoder: DescriptorEncoder(), description: .descriptors,
            workers: 1)
        let rest = try later.run(photos.images)
        #expect(rest == .init(pictures: 29, failed: 3))
        #expect(try Catalogue(folder: merged, isNew: false).shard() == nil)
    }

    @Test func `a picture stays in its shard, whatever comes and goes`() throws {
        let first = try (1...3).map { try run($0) }
        #expect(first.reduce(0) { $0 + $1.pictures } == 29 && first.allSatisfy { $0.pictures > 3 })
        try photos.add("new.bmp", 40)
        try photos.add("0.bmp", 41)
        try photos.remove("7.bmp")
        #expect(try run(2).pictures >= first[1].pictures - 1)
        let halfway = try CatalogueMerge((1...3).map(part))
        #expect(halfway.notices.count == 1 && halfway.notices[0].hasPrefix("the folders changed between"))
        withExtendedLifetime(halfway) {}
    }

    @Test func `run again, shards compute what is new alone`() throws {
        for number in 1...3 { try run(number) }
        try photos.add("new.bmp", 40)
        try photos.remove("7.bmp")
        let again = try (1...3).map { try run($0) }
        #expect(again.reduce(0) { $0 + $1.new } == 1 && again.reduce(0) { $0 + $1.removed } == 1)
        let merge = try CatalogueMerge((1...3).map(part))
        #expect(merge.notices.isEmpty)
        #expect(try merge.write(to: merged).findable == 24)
        try photos.indexed()
        #expect(try contents(merged) == contents(photos.index))
    }

    @Test func `a checkpoint's own vectors are taken as they are, and features for the second stage`() throws {
        func checkpoint(_ own: Float) -> SearchCheckpoint {
            SearchCheckpoint(
                path: "/models/own", fingerprint: "fingerprint \(own)",
                vectors: .init(dimension: 2) { $0.flatMap { [own, $0.withBytes { Float($0[7]) }] } })
        }
        for number in 1...3 { try run(number, checkpoint(1)) }
        let whole = try Indexing(
            Catalogue(folder: photos.index, isNew: true), encoder: DescriptorEncoder(), description: .descriptors,
            checkpoint: checkpoint(1), workers: 1)
        _ = try whole.run(photos.images)
        try whole.finish()
        try merge(1, 2, 3)
        let found = try contents(merged)
        #expect(try found == contents(photos.index) && found["checkpoint"]?.count == 1)
        try FileManager.default.removeItem(atPath: merged)
        try FileManager.default.removeItem(atPath: part(2))
        try run(2, checkpoint(2))
        #expect(try refusal(1, 2, 3).contains("part-2: model: expected fingerprint 1.0, as "))
    }

    @Test func `more shards than pictures leave some without any`() throws {
        let few = try Photos(1)
        for number in 1...4 {
            let indexing = try Indexing(
                Catalogue(folder: few.folder.path + "/part-\(number)", isNew: true), encoder: DescriptorEncoder(),
                description: .descriptors, shard: Shard(index: number, count: 4), workers: 1)
            _ = try indexing.run(few.images)
            try indexing.finish()
        }
        let merge = try CatalogueMerge((1...4).map { few.folder.path + "/part-\($0)" })
        #expect(try merge.write(to: few.index).findable == 1)
    }

    private func refusal(_ numbers: Int...) throws -> String {
        try refusal(numbers.map(part))
    }

    private func refusal(_ folders: [String]) throws -> String {
        let error = try #require(throws: InputError.self) { try CatalogueMerge(folders).write(to: merged) }
        #expect(!FileManager.default.fileExists(atPath: merged))
        #expect(!FileManager.default.fileExists(atPath: photos.folder.path + "/.merged.partial"))
        return error.description.replacingOccurrences(of: photos.folder.path, with: "")
    }

    @Test func `what does not belong together is refused`() throws {
        for number in 1...3 { try run(number) }
        #expect(try refusal(1, 3) == "merge: indexes: expected 3, one a shard, found 2, without 2/3")
        #expect(
            try refusal([part(1), part(2), part(3), part(1) + "/"])
                == "/part-1/: indexes: expected every shard once, found the same folder twice")
        try FileManager.default.copyItem(atPath: part(2), toPath: part(9))
        #expect(
            try refusal(1, 2, 9, 3) == "/part-9: shard: expected every shard once, found 2/3, as /part-2 is")
        try run(4, of: 4)
        #expect(
            try refusal(1, 2, 3, 4) == "/part-4: number of shards: expected 3, as /part-1 has it, found 4")
        try photos.indexed()
        #expect(
            try refusal([part(1), photos.index])
                == "/index: shard: expected the index of a shard, which `ascl index --shard` makes, found one of all pictures"
        )
        #expect(
            try refusal([part(1), photos.images]).hasPrefix("/images: index: expected an index of pictures, found"))
        #expect(try refusal([]) == "merge: indexes: expected one a shard, found none")
    }

    @Test func `shards of other encoders and other folders are refused`() throws {
        for number in 1...2 { try run(number) }
        let clip = photos.folder.path + "/clip"
        try TinyPretrained.write(.clip, to: clip)
        var digests = FileDigests()
        try run(3, encoder: PatchEncoder(directory: clip, regions: .vector, digests: &digests))
        #expect(
            try refusal(1, 2, 3).contains("part-3: encoder: expected \(DescriptorEncoder().identity), as /part-1 has"))
        try FileManager.default.removeItem(atPath: part(3))
        let elsewhere = try Photos(2)
        do {
            let other = try indexing(3)
            _ = try other.run(elsewhere.images)
            try other.finish()
        }
        #expect(try refusal(1, 2, 3).hasPrefix("/part-3: folders: expected "))
    }

    @Test func `a shard that is not done, or at work, is refused`() throws {
        for number in 1...2 { try run(number) }
        let unfinished =
            "/part-3: shard: expected one that is done, found one whose run has not come to its end: run it again"
        do {
            let last = try indexing(3)
            #expect(throws: CancellationError.self) { try last.run(photos.images, isCancelled: { true }) }
            let atWork = "/part-3: lock: expected one indexing at a time, found another at work here"
            #expect(try refusal(1, 2, 3) == atWork)
            withExtendedLifetime(last) {}
        }
        #expect(try refusal(1, 2, 3) == unfinished)
        try run(3)
        try photos.add("new.bmp", 40)
        do {
            var asked = 0
            let again = try indexing(3)
            #expect(throws: CancellationError.self) {
                try again.run(
                    photos.images,
                    isCancelled: {
                        asked += 1
                        return asked > 1
                    })
            }
        }
        #expect(try refusal(1, 2, 3) == unfinished)
    }

    @Test func `damage is not copied`() throws {
        for number in 1...3 { try run(number) }
        let catalogue = try Catalogue(folder: part(2), isNew: false)
        let place = catalogue.place(of: try #require(try catalogue.answeringModel()))
        let vectors = URL(fileURLWithPath: place + "/vectors/000001.vectors")
        let whole = try Data(contentsOf: vectors)
        var damaged = whole
        // Behind the headers of the file and of its first block.
        damaged[300] ^= 1
        try damaged.write(to: vectors)
        let line = try refusal(1, 2, 3)
        #expect(line.contains("/vectors/000001.vectors: block 1: expected vectors as they were written"))
        try whole.write(to: vectors)
        try FileManager.default.removeItem(atPath: place + "/features/000001.block")
        #expect(
            try refusal(1, 2, 3).contains("/part-2: shard: expected one that is done, found no features of a picture"))
        try run(2)
        #expect(try merge(1, 2, 3).findable == 24)
    }

    @Test func `what is stopped leaves nothing, and nothing is written over`() throws {
        for number in 1...3 { try run(number) }
        #expect(throws: CancellationError.self) {
            try CatalogueMerge((1...3).map(part)).write(to: merged, isCancelled: { true })
        }
        #expect(!FileManager.default.fileExists(atPath: merged))
        #expect(!FileManager.default.fileExists(atPath: photos.folder.path + "/.merged.partial"))
        try merge(1, 2, 3)
        let error = try #require(throws: InputError.self) { try merge(1, 2, 3) }
        let line =
            "/merged: index: expected no such folder yet, or an empty one, found one with catalogue.sqlite: name "
        #expect(error.description.contains(line), "\(error)")
    }

    @Test func `an index stays what it is`() throws {
        try run(1)
        try photos.indexed()
        let asked = try #require(Shard(index: 2, count: 3))
        for (folder, expected) in [
            (part(1), "shard: expected 1/3, which the index is of, found 2/3: name another folder by --index"),
            (
                photos.index,
                "shard: expected none, as the index is of all pictures, found 2/3: name another folder by --index"
            ),
        ] {
            let catalogue = try Catalogue(folder: folder, isNew: false)
            let error = try #require(throws: InputError.self) {
                try Indexing(
                    catalogue, encoder: DescriptorEncoder(), description: .descriptors, shard: asked, workers: 1)
            }
            #expect("\(error)" == "\(folder): \(expected)")
        }
        // What is not named stays as the index has it.
        let unnamed = try Indexing(
            Catalogue(folder: part(1), isNew: false), encoder: DescriptorEncoder(), description: .descriptors,
            workers: 1)
        let summary = try unnamed.run(photos.images)
        #expect(summary.new == 0 && summary.removed == 0 && summary.pictures < 29)
    }
}
