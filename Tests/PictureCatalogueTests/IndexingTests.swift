import AsCLBase
import Foundation
import ImageEncoding
import RetrievalFixtures
import Testing

@testable import PictureCatalogue

@Suite struct IndexingTests {
    @Test func `what is new, changed, moved and gone is told apart`() throws {
        let photos = try Photos(6)
        #expect(try photos.indexed() == .init(pictures: 6, new: 6))
        #expect(try photos.indexed() == .init(pictures: 6))
        try photos.add("2.bmp", 20)
        try photos.remove("3.bmp")
        try photos.add("elsewhere/4.bmp", 4)
        try photos.remove("4.bmp")
        try photos.add("copy of 5.bmp", 5)
        try photos.add("new.bmp", 30)
        // The second picture is another, of as many bytes and the same time: a stamp cannot tell.
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1e9 + 60)], ofItemAtPath: photos.images + "/2.bmp")
        #expect(try photos.indexed() == .init(pictures: 7, new: 2, known: 2, removed: 2))
        let catalogue = try Catalogue(folder: photos.index, isNew: false)
        let model = try #require(try catalogue.answeringModel())
        #expect(try catalogue.contents(model).count == 6)
    }

    @Test func `a picture that cannot be used is listed, and no other suffers`() throws {
        let photos = try Photos(3)
        try photos.write(Data("no picture".utf8), "broken.jpg")
        try photos.write(TinyPicture.bitmap { _, _, channel in channel == 2 ? 200 : 3 }, "stub.bmp")
        #expect(try photos.indexed() == .init(pictures: 5, new: 3, failed: 2))
        let problems = try Catalogue(folder: photos.index, isNew: false).problems()
        #expect(problems.map(\.path) == ["\(photos.images)/broken.jpg", "\(photos.images)/stub.bmp"])
        #expect(problems[0].reason.contains("text that starts with \"no picture\""))
        #expect(problems[1].reason == "a picture of one colour, with nothing to find in it")
    }

    @Test func `what is stopped goes on, with nothing lost or doubled`() throws {
        let photos = try Photos(40)
        var asked = 0
        #expect(throws: CancellationError.self) {
            try photos.indexed(isCancelled: {
                asked += 1
                return asked > 1
            })
        }
        let rest = try photos.indexed()
        let catalogue = try Catalogue(folder: photos.index, isNew: false)
        let model = try #require(try catalogue.answeringModel())
        #expect(try catalogue.contents(model).count == 40)
        #expect(rest.new < 40 && rest.pictures == 40 && rest.known == 0)
    }

    @Test func `another encoder answers once it is whole, and the former's features go`() throws {
        let photos = try Photos(4)
        try photos.indexed()
        let catalogue = try Catalogue(folder: photos.index, isNew: false)
        let first = try #require(try catalogue.answeringModel())
        let folder = try ScratchFolder()
        try TinyPretrained.write(.clip, to: folder.path)
        var digests = FileDigests()
        let tower = try PatchEncoder(directory: folder.path, regions: .vector, digests: &digests)
        let indexing = try Indexing(catalogue, encoder: tower, description: .vector(folder: folder.path), workers: 1)
        #expect(try indexing.folders([photos.folder.path + "/more"]).first == Indexing.path(photos.images))
        _ = try indexing.run(photos.images)
        #expect(try catalogue.answeringModel() == first)
        try indexing.finish()
        let second = try #require(try catalogue.answeringModel())
        #expect(second.identity == tower.identity && second.dimension == 8)
        #expect(!FileManager.default.fileExists(atPath: catalogue.place(of: first)))
        #expect(try catalogue.contents(second).count == 4)
    }

    @Test func `pictures of a damaged block are encoded again`() throws {
        let photos = try Photos(5)
        try photos.indexed()
        let catalogue = try Catalogue(folder: photos.index, isNew: false)
        let model = try #require(try catalogue.answeringModel())
        let blocks = catalogue.place(of: model) + "/features"
        for name in try FileManager.default.contentsOfDirectory(atPath: blocks) where name.hasSuffix(".block") {
            #expect(truncate(blocks + "/" + name, 100) == 0)
        }
        #expect(try photos.indexed() == .init(pictures: 5, new: 5))
        #expect(try catalogue.vectors(of: model, mode: .reading).count == 5)
    }

    @Test func `what is forgotten has no vector left`() throws {
        let photos = try Photos(3)
        try photos.indexed()
        let catalogue = try Catalogue(folder: photos.index, isNew: false)
        let model = try #require(try catalogue.answeringModel())
        #expect(try catalogue.forget(root: Indexing.path(photos.images)))
        #expect(try catalogue.vectors(of: model, mode: .reading).count == 0)
        #expect(try !catalogue.forget(root: Indexing.path(photos.images)))
    }

    @Test func `another encoder sees to every folder, the same one to those that are asked for`() throws {
        let photos = try Photos(2)
        try photos.indexed()
        let (first, second) = (Indexing.path(photos.images), Indexing.path(photos.folder.path + "/more"))
        let catalogue = try Catalogue(folder: photos.index, isNew: false)
        let same = try Indexing(catalogue, encoder: DescriptorEncoder(), description: .descriptors, workers: 1)
        #expect(try same.folders([second]) == [second] && same.folders([]) == [first])
        withExtendedLifetime(same) {}
    }

    @Test func `ignored folders and names stay out`() throws {
        let photos = try Photos(2)
        try photos.add("trash/3.bmp", 3)
        try photos.add("a/b/4.bmp", 4)
        try photos.add("a/thumb_5.bmp", 5)
        try photos.add("a/6.bmp", 6)
        try photos.write(Data("# not these\ntrash/\nthumb_*\n/a/b\n".utf8), ".asclignore")
        #expect(try photos.indexed() == .init(pictures: 3, new: 3))
    }

    @Test func `two indexings at once are told apart, and a missing index is named`() throws {
        let photos = try Photos(1)
        let catalogue = try Catalogue(folder: photos.index, isNew: true)
        let first = try Indexing(catalogue, encoder: DescriptorEncoder(), description: .descriptors, workers: 1)
        let error = #expect(throws: InputError.self) {
            _ = try Indexing(catalogue, encoder: DescriptorEncoder(), description: .descriptors, workers: 1)
        }
        #expect("\(try #require(error))".hasSuffix("lock: expected one indexing at a time, found another at work here"))
        withExtendedLifetime(first) {}
        let missing = #expect(throws: InputError.self) { try Catalogue(folder: photos.index + "2", isNew: false) }
        #expect("\(try #require(missing))".contains("found none: make one with `ascl index PHOTOS`"))
    }

    @Test func `a vanished folder takes nothing along`() throws {
        let photos = try Photos(3)
        try photos.indexed()
        try FileManager.default.removeItem(atPath: photos.images)
        #expect(throws: InputError.self) { try photos.indexed() }
        try FileManager.default.createDirectory(atPath: photos.images, withIntermediateDirectories: true)
        #expect(throws: InputError.self) { try photos.indexed() }
        let catalogue = try Catalogue(folder: photos.index, isNew: false)
        #expect(try catalogue.contents(#require(try catalogue.answeringModel())).count == 3)
        #expect(try catalogue.forget(root: Indexing.path(photos.images)))
        #expect(try catalogue.contents(#require(try catalogue.answeringModel())).isEmpty)
    }

    @Test func `a file that is no catalogue is refused`() throws {
        let folder = try ScratchFolder()
        try folder.write(String(repeating: "no database ", count: 100), to: "catalogue.sqlite")
        let error = #expect(throws: InputError.self) { try Catalogue(folder: folder.path, isNew: false) }
        #expect("\(try #require(error))".contains("catalogue.sqlite: SQLite: expected a catalogue of ascl"))
    }
}
