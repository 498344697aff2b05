import AsCLBase
import Foundation
import PictureCatalogue
import PretrainedFolders
import RetrievalFixtures
import Testing

@testable import PictureSearch

@Suite struct CaptionTests {
    private func catalogue(_ photos: IndexedPhotos) throws -> Catalogue {
        try Catalogue(folder: photos.index, isNew: false)
    }

    private func texts(_ photos: IndexedPhotos, _ name: String) throws -> Set<String> {
        let catalogue = try catalogue(photos)
        let id = try #require(try catalogue.content(ContentDigest(ofFile: photos.images + "/" + name)))
        return try catalogue.captions(of: id)
    }

    @Test func `a name means the files that end in it, a picture that lies twice being one`() throws {
        let photos = try IndexedPhotos(pictures: 6)
        try photos.add("odd/same.bmp", 20)
        try photos.add("even/same.bmp", 21)
        try photos.add("odd/twice.bmp", 22)
        try photos.add("even/twice.bmp", 22)
        try photos.update()
        let summary = try catalogue(photos).setCaptions([
            ("1.bmp", ["one", "a one"]), ("odd/same.bmp", ["odd"]), ("same.bmp", ["which"]), ("twice.bmp", ["twice"]),
            ("train/2.bmp", ["two"]), ("gone.bmp", ["gone"]), (photos.images + "/odd/3.bmp", ["three"]),
        ])
        #expect(summary.unknown == ["gone.bmp"] && summary.ambiguous == ["same.bmp"])
        #expect(summary.pictures == 5 && summary.captions == 6)
        #expect(try texts(photos, "odd/1.bmp") == ["one", "a one"])
        #expect(try texts(photos, "odd/same.bmp") == ["odd"])
        #expect(try texts(photos, "even/same.bmp").isEmpty)
        #expect(try texts(photos, "even/twice.bmp") == ["twice"])
        #expect(try texts(photos, "even/2.bmp") == ["two"] && texts(photos, "odd/3.bmp") == ["three"])
    }

    @Test func `captions are replaced picture by picture, and go with their picture`() throws {
        let photos = try IndexedPhotos(pictures: 4)
        let catalogue = try catalogue(photos)
        _ = try catalogue.setCaptions([("0.bmp", ["stays", "goes"]), ("1.bmp", ["other"])])
        let kept = try #require(try catalogue.captions().first { $0.text == "stays" })
        _ = try catalogue.setCaptions([("0.bmp", ["stays", "comes"])])
        #expect(try texts(photos, "even/0.bmp") == ["stays", "comes"] && texts(photos, "odd/1.bmp") == ["other"])
        #expect(try catalogue.captions().first { $0.text == "stays" } == kept)
        let error = #expect(throws: InputError.self) { try catalogue.setCaptions([("x.bmp", ["x"])]) }
        #expect("\(try #require(error))".contains("found 1 others, the first x.bmp: index their folder first"))
        #expect(try catalogue.captions().count == 3)
        try FileManager.default.removeItem(atPath: photos.images + "/even/0.bmp")
        try photos.update()
        #expect(try catalogue.captions().map(\.text) == ["other"])
    }

    @Test(arguments: [PretrainedFamily.clip, .siglip])
    func `the sentences of a picture come by their cosines, its own marked`(_ family: PretrainedFamily) throws {
        let photos = try IndexedPhotos(family, pictures: 5)
        let sentences = ["a cat", "cat cat", "the cat sat", "act", "tact", "a"]
        // One sentence is written about three pictures, and still one.
        _ = try catalogue(photos).setCaptions(
            [("0.bmp", ["a cat", "tact"]), ("1.bmp", ["a cat", "act"]), ("2.bmp", ["a cat"])]
                + sentences.dropFirst(1).prefix(2).map { ("3.bmp", [$0]) } + [("4.bmp", ["a"])])
        let collection = try PictureCollection(index: photos.index)
        try collection.encodeCaptions()
        let path = photos.images + "/even/0.bmp"
        let answer = try collection.captions(of: .file(path), count: 10)
        #expect(answer.searchedCount == 8 && Set(answer.hits.map(\.text)) == Set(sentences))
        #expect(Set(answer.hits.filter(\.isOwn).map(\.text)) == ["a cat", "tact"])
        let encoder = try SentenceEncoder(PretrainedFolder(directory: photos.encoder))
        let tower = PictureTower(.vector(folder: photos.encoder), device: .cpu)
        let vector = try tower.vector(PictureFile.decoded(path))
        let cosines = try sentences.map { (try dot(encoder.vectors([$0])[0], vector), $0) }.sorted { $0.0 > $1.0 }
        for (hit, own) in zip(answer.hits, cosines) { #expect(abs(hit.score - own.0) < 2e-3, "\(own.1)") }
        let id = try #require(try photos.number("even/0.bmp", in: collection))
        #expect(
            try collection.captions(of: .picture(id), count: 2).hits.map(\.text) == answer.hits.prefix(2).map(\.text))
    }

    @Test func `vectors of captions stay where the work was stopped, and another model makes its own`() throws {
        let photos = try IndexedPhotos(pictures: 3)
        let (catalogue, collection) = (try catalogue(photos), try PictureCollection(index: photos.index))
        #expect(try collection.captions(of: .file(photos.images + "/odd/1.bmp"), count: 1).hits.isEmpty)
        _ = try catalogue.setCaptions([("1.bmp", (0..<600).map { "cat \($0)" })])
        var calls = 0
        func stop() -> Bool {
            calls += 1
            return calls == 2
        }
        #expect(throws: CancellationError.self) { try collection.encodeCaptions(isCancelled: stop) }
        var left: [Int] = []
        try collection.encodeCaptions(progress: { left.append($1) })
        #expect(left == [344, 344])
        try collection.encodeCaptions(progress: { _, _ in Issue.record("nothing is missing") })
        let path = photos.images + "/odd/1.bmp"
        let before = try collection.captions(of: .file(path), count: 1)
        #expect(before.searchedCount == 600 && before.hits[0].isOwn)
        _ = try catalogue.setCaptions([("1.bmp", ["the cat"])])
        try collection.encodeCaptions()
        #expect(try collection.captions(of: .file(path), count: 9).hits.map(\.text) == ["the cat"])

        let other = photos.folder.path + "/other"
        try TinyPretrained.write(.siglip, to: other)
        try photos.update(by: other)
        #expect(try collection.captions(of: .file(path), count: 1).hits.isEmpty)
        try collection.encodeCaptions()
        #expect(try collection.captions(of: .file(path), count: 1).hits.map(\.text) == ["the cat"])
    }
}
