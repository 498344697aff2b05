import AsCLBase
import Foundation
import PictureCatalogue
import PretrainedEncoders
import PretrainedFolders
import RetrievalFixtures
import RetrievalModels
import Testing
import Torch

@testable import PictureSearch

@Suite struct PictureCollectionTests {
    private func names(_ answer: SearchAnswer) -> [String] {
        answer.hits.map { URL(fileURLWithPath: $0.picture.path).lastPathComponent }
    }

    @Test(arguments: [PretrainedFamily.clip, .siglip])
    func `the order is that of the model's own cosines`(_ family: PretrainedFamily) throws {
        let photos = try IndexedPhotos(family)
        let collection = try PictureCollection(index: photos.index)
        var query = PictureQuery("a cat sat")
        (query.showsAll, query.count) = (true, 12)
        let answer = try collection.search(query)
        #expect(answer.hits.count == 12 && answer.searchedCount == 12)
        #expect(zip(answer.hits, answer.hits.dropFirst()).allSatisfy { $0.score >= $1.score })
        let sentence = try SentenceEncoder(PretrainedFolder(directory: photos.encoder)).vectors(["a cat sat"])[0]
        for hit in answer.hits {
            var own = PictureQuery([(.file(hit.picture.path), 1)])
            own.count = 1
            #expect(try collection.search(own).hits.first?.picture.id == hit.picture.id)
            let tower = PictureTower(.vector(folder: photos.encoder), device: .cpu)
            let picture = try tower.vector(PictureFile.decoded(hit.picture.path))
            #expect(abs(dot(sentence, picture) - hit.score) < 2e-3)
        }
    }

    @Test func `a subject with a weight below zero is taken away`() throws {
        let photos = try IndexedPhotos()
        let collection = try PictureCollection(index: photos.index)
        let (first, second) = (try #require(try photos.number("even/2.bmp", in: collection)), "a cat")
        var query = PictureQuery([(.sentence(second), 0.01), (.picture(first), -1)])
        (query.showsAll, query.count) = (true, 12)
        let answer = try collection.search(query)
        #expect(answer.hits.last?.picture.id == first)
        let none = PictureQuery([(.sentence("a cat"), 1), (.sentence("a cat"), -1)])
        let error = #expect(throws: InputError.self) { try collection.search(none) }
        #expect("\(try #require(error))" == "query: expected something to look for, found what takes itself away")
    }

    @Test func `filters, pages and what lies twice`() throws {
        let photos = try IndexedPhotos()
        try photos.add("odd/copy of 1.bmp", 1)
        try photos.update()
        let collection = try PictureCollection(index: photos.index)
        var query = PictureQuery([(.file(photos.images + "/odd/1.bmp"), 1)])
        query.count = 5
        let first = try collection.search(query)
        #expect(first.hits[0].picture.copies == 1 && first.hits[0].picture.path.hasSuffix("odd/1.bmp"))
        query.offset = 5
        let second = try collection.search(query)
        #expect(Set(first.hits.map(\.picture.id)).isDisjoint(with: second.hits.map(\.picture.id)))
        query.filter.folder = photos.images + "/even"
        (query.offset, query.count) = (0, 100)
        let even = try collection.search(query)
        #expect(even.hits.count == 6 && even.searchedCount == 6)
        #expect(even.hits.allSatisfy { $0.picture.path.contains("/even/") })
        query.filter = PictureFilter()
        query.filter.orientation = .square
        let squares = try names(collection.search(query))
        #expect(Set(squares) == ["0.bmp", "3.bmp", "6.bmp", "9.bmp"])
        // No camera says when they were taken: the files were written just now.
        query.filter.to = "2020"
        let old = try collection.search(query)
        #expect(old.hits.isEmpty && old.searchedCount == 0)
    }

    @Test func `pictures are found by when and with what they were taken`() throws {
        let photos = try IndexedPhotos(pictures: 3)
        for number in 0..<3 {
            let path = "\(photos.images)/\(number % 2 == 0 ? "even" : "odd")/\(number).bmp"
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: path)
        }
        for (number, taken, camera) in [
            (20, "2019:07:31 23:59:59", "Canon EOS 5D"), (21, "2019:08:01 00:00:00", "Canon EOS 5D"),
            (22, "2020:01:02 03:04:05", "NIKON D90"),
        ] {
            let data = try TinyPicture.jpeg(number, taken: taken, camera: camera, in: photos.folder)
            try data.write(to: URL(fileURLWithPath: "\(photos.images)/\(number).jpg"))
        }
        try photos.update()
        let collection = try PictureCollection(index: photos.index)
        func found(_ change: (inout PictureQuery) -> Void) throws -> [String] {
            var query = PictureQuery("a cat")
            query.showsAll = true
            change(&query)
            return try names(collection.search(query))
        }
        #expect(try Set(found { ($0.filter.from, $0.filter.to) = ("2019-07", "2019-07") }) == ["20.jpg"])
        #expect(try Set(found { ($0.filter.from, $0.filter.to) = ("2002", "2019-08-01") }) == ["20.jpg", "21.jpg"])
        #expect(try Set(found { ($0.filter.from, $0.filter.to) = ("2002", "2019") }) == ["20.jpg", "21.jpg"])
        // What no camera has dated, its file does.
        #expect(try Set(found { $0.filter.to = "2001" }) == ["0.bmp", "1.bmp", "2.bmp"])
        #expect(try Set(found { $0.filter.from = "2019-08-01" }) == ["21.jpg", "22.jpg"])
        #expect(try Set(found { $0.filter.camera = "eos" }) == ["20.jpg", "21.jpg"])
        #expect(try Array(found { $0.newestFirst = true }.prefix(3)) == ["22.jpg", "21.jpg", "20.jpg"])
    }

    @Test func `what is indexed meanwhile is found, and what is gone is not`() throws {
        let photos = try IndexedPhotos()
        let collection = try PictureCollection(index: photos.index)
        try photos.add("new.bmp", 40)
        try FileManager.default.removeItem(atPath: photos.images + "/odd/1.bmp")
        try photos.update()
        var query = PictureQuery("a cat")
        (query.showsAll, query.count) = (true, 100)
        let found = try Set(names(collection.search(query)))
        #expect(found.contains("new.bmp") && !found.contains("1.bmp") && found.count == 12)
    }

    @Test func `the former model answers until another has all pictures`() throws {
        let photos = try IndexedPhotos()
        let collection = try PictureCollection(index: photos.index)
        var query = PictureQuery("a cat")
        (query.showsAll, query.count) = (true, 12)
        let before = try collection.search(query)
        let other = photos.folder.path + "/other"
        try TinyPretrained.write(.siglip, to: other)
        try photos.update(by: other, finishing: false)
        #expect(try collection.search(query).hits.map(\.score) == before.hits.map(\.score))
        try photos.update(by: other)
        let after = try collection.search(query)
        #expect(after.hits.count == 12 && after.hits.map(\.score) != before.hits.map(\.score))
    }

    @Test func `another model in the old one's place is refused`() throws {
        let photos = try IndexedPhotos()
        try TinyPretrained.write(.clip, to: photos.encoder, seed: 77)
        let error = #expect(throws: InputError.self) { try PictureCollection(index: photos.index) }
        #expect("\(try #require(error))".contains("which the pictures were indexed by, found"))
    }

    @Test func `what is no subject is one line`() throws {
        let photos = try IndexedPhotos(pictures: 3)
        let collection = try PictureCollection(index: photos.index)
        for (subject, expected) in [
            (PictureQuery.Subject.sentence("  "), "sentence: expected words, found only blanks"),
            (.picture(99), "picture: expected the number of a picture of the index, found 99"),
            (.data(Data("no picture".utf8)), "the picture: file: expected a picture"),
        ] {
            let error = #expect(throws: InputError.self) { try collection.search(PictureQuery([(subject, 1)])) }
            #expect("\(try #require(error))".hasPrefix(expected), "\(expected)")
        }
        let long = try collection.search(PictureQuery(String(repeating: "cat ", count: 100)))
        #expect(long.notes.count == 1 && long.notes[0].contains("of the sentence are not read"))
    }

    @Test(arguments: [PretrainedFamily.clip, .siglip])
    func `relevance is the model's own belief`(_ family: PretrainedFamily) throws {
        let photos = try IndexedPhotos(family)
        let folder = try PretrainedFolder(directory: photos.encoder)
        let sentences = try SentenceEncoder(folder)
        let relevance = try Relevance(folder, sentences)
        let query = try sentences.vectors(["a cat sat"])[0]
        let picture = try PictureTower(.vector(folder: photos.encoder), device: .cpu)
            .vector(PictureFile.decoded(photos.images + "/even/2.bmp"))
        let found = try relevance.of([picture], cosines: [dot(query, picture)], query: query)[0]
        let whole = try DualEncoder(directory: photos.encoder)
        func logits(_ texts: [[Float]]) throws -> [Double] {
            try whole.logits(
                pictures: Tensor(picture, shape: [1, picture.count]),
                texts: Tensor(texts.flatMap { $0 }, shape: [texts.count, picture.count])
            ).reshaped([-1]).array(Float.self).map(Double.init)
        }
        switch family {
        case .siglip: #expect(abs(found - 1 / (1 + exp(-(try logits([query])[0])))) < 1e-4)
        case .clip:
            let others = try sentences.vectors(Background.sentences).filter { dot($0, query) < 0.9 }
            let all = try logits([query] + others).map { exp($0) }
            #expect(abs(found - all[0] / all.reduce(0, +)) < 1e-4)
        }
    }
}
