import AsCLBase
import Foundation
import ImageEncoding
import RetrievalFixtures
import Testing

@testable import PictureCatalogue

/// What disks and people do to an index.
@Suite struct FaultTests {
    private func segment(_ photos: Photos) throws -> (String, CatalogueModel) {
        let catalogue = try Catalogue(folder: photos.index, isNew: false)
        let model = try #require(try catalogue.answeringModel())
        return (catalogue.place(of: model) + "/vectors/000001.vectors", model)
    }

    @Test func `damaged vectors are named, and made again from the blocks alone`() throws {
        let photos = try Photos(5)
        try photos.indexed()
        let (path, model) = try segment(photos)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        for place in [3, 140, 300, whole.count - 200] {
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            bytes[place] ^= 1
            try bytes.write(to: URL(fileURLWithPath: path))
            let catalogue = try Catalogue(folder: photos.index, isNew: false)
            let indexing = try Indexing(catalogue, encoder: UnusableEncoder(), description: .descriptors, workers: 1)
            #expect(indexing.repairs.count == 1 && indexing.repairs[0].hasPrefix("\(path): "), "\(indexing.repairs)")
            // Nothing is encoded, or this would fail.
            #expect(try indexing.run(photos.images) == .init(pictures: 5))
            try indexing.finish()
            let vectors = try catalogue.vectors(of: model, mode: .reading)
            try vectors.verify()
            #expect(try vectors.ids == Set(catalogue.contents(model).values))
        }
    }

    @Test func `a damaged catalogue is named with the way out`() throws {
        let photos = try Photos(30)
        try photos.indexed()
        let path = photos.index + "/catalogue.sqlite"
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        // All pages but the first, which has the tables' names.
        let length = try file.seekToEnd()
        try file.seek(toOffset: 4096)
        try file.write(contentsOf: Data(repeating: 0xA5, count: Int(length) - 4096))
        try file.close()
        func catalogue() throws -> Catalogue { try Catalogue(folder: photos.index, isNew: false) }
        for body in [{ _ = try catalogue().numbers() }, { try catalogue().check() }] as [() throws -> Void] {
            let error = try #require(throws: InputError.self) { try body() }
            #expect(error.path == path && error.found.contains("remove it and what begins with its name"), "\(error)")
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: photos.index)
        where name.hasPrefix("catalogue.sqlite") {
            try FileManager.default.removeItem(atPath: "\(photos.index)/\(name)")
        }
        #expect(try photos.indexed() == .init(pictures: 30, new: 30))
        let again = try Catalogue(folder: photos.index, isNew: false)
        let model = try #require(try again.answeringModel())
        #expect(try again.vectors(of: model, mode: .reading).ids == Set(again.contents(model).values))
    }

    @Test func `small copies of pictures that are gone go too`() throws {
        let photos = try Photos(2)
        try photos.indexed()
        let catalogue = try Catalogue(folder: photos.index, isNew: false)
        let digests = try catalogue.contents(#require(try catalogue.answeringModel())).keys.map(\.hexadecimal)
        let gone = ContentDigest(of: "gone").hexadecimal
        func path(_ digest: String) -> String { "\(photos.index)/thumbnails/\(digest.prefix(2))/\(digest)-320.jpg" }
        for digest in digests + [gone] {
            try Folder.make((path(digest) as NSString).deletingLastPathComponent)
            try Data("small".utf8).write(to: URL(fileURLWithPath: path(digest)))
        }
        try photos.indexed()
        #expect(digests.allSatisfy { FileManager.default.fileExists(atPath: path($0)) })
        #expect(!FileManager.default.fileExists(atPath: (path(gone) as NSString).deletingLastPathComponent))
    }

    @Test func `the file's time stands in for the camera's, and is marked as such`() throws {
        let photos = try Photos(1)
        try photos.write(
            TinyPicture.jpeg(3, taken: "2019:07:01 12:34:56", camera: "Mine", in: photos.folder), "camera.jpg")
        try photos.indexed()
        let catalogue = try Catalogue(folder: photos.index, isNew: false)
        let pictures = try catalogue.pictures([1, 2]).values.sorted { $0.path < $1.path }
        // 2001-09-09T01:46:40Z, by whatever clock this machine has.
        let local = DateFormatter()
        local.locale = Locale(identifier: "en_US_POSIX")
        local.dateFormat = "yyyy-MM-dd'T'HH:mm:ss"
        #expect(pictures.map(\.takenFrom) == [.file, .camera])
        #expect(pictures.map(\.taken) == [local.string(from: Date(timeIntervalSince1970: 1e9)), "2019-07-01T12:34:56"])
        func found(_ change: (inout PictureFilter) -> Void) throws -> [Int64] {
            var filter = PictureFilter()
            change(&filter)
            return try catalogue.pictures(filter)?.sorted() ?? []
        }
        let (file, camera) = (pictures[0].id, pictures[1].id)
        #expect(try found { $0.to = "2010" } == [file] && found { $0.from = "2010" } == [camera])
        #expect(try found { ($0.from, $0.to) = ("2001-09", "2019") } == [file, camera].sorted())
    }
}

/// Says what it is as `DescriptorEncoder` does, and cannot encode.
struct UnusableEncoder: PictureEncoder {
    private let encoder = DescriptorEncoder()
    var identity: String { encoder.identity }
    var shape: FeatureShape { encoder.shape }
    var classNames: [String] { encoder.classNames }

    func smallestUsefulSize(width: Int, height: Int) -> PictureSize {
        encoder.smallestUsefulSize(width: width, height: height)
    }

    func encode(_ pictures: [Picture]) throws -> [PictureFeatures] {
        throw InputError(place: "encoder", expected: "not to be asked", found: "\(pictures.count) pictures")
    }
}
