import AsCLBase
import Foundation
import PictureCatalogue
import RetrievalFixtures
import RetrievalModels
import Testing
import Torch

@testable import PictureSearch

@Suite struct PictureExplanationTests {
    private let sentence = "the red cat sleeps"

    @Test func `what is told of a hit is what its score is made of`() throws {
        let photos = try TrainedPhotos(pictures: 3)
        let checkpoint = try photos.checkpoint()
        try photos.update(checkpoint)
        let collection = try PictureCollection(index: photos.index)
        #expect(try collection.explains)
        let answer = try collection.search(PictureQuery(sentence))
        let explained = try #require(try collection.explained(answer, sentence: sentence))
        #expect(explained.hits.count == 3)
        for (hit, given) in zip(explained.hits, answer.hits) {
            let explanation = try #require(hit.explanation)
            #expect(hit.picture.path == given.picture.path && given.explanation == nil)
            #expect(abs(explanation.score - (try photos.score(hit.picture.path, sentence, by: checkpoint))) < 1e-5)
            #expect(abs(0.6 * explanation.local + 0.4 * explanation.global - explanation.score) < 1e-5)
            #expect(explanation.words.map(\.text) == ["the", "red", "cat", "sleeps"])
            // The descriptors' cells, from the top left to the bottom right.
            #expect(explanation.regions.count == 36)
            let corners = [explanation.regions[0].box, explanation.regions[35].box].map { $0 ?? [] }
            #expect(corners[0].prefix(2) == [0, 0] && corners[1].suffix(2) == [1, 1] && corners[0][2] < 0.25)
            #expect(try explanation == collection.explain(picture: hit.picture.id, sentence: sentence))
        }
    }

    @Test func `JSON has the words' places and every figure`() throws {
        let photos = try TrainedPhotos(pictures: 1)
        try photos.update(photos.checkpoint())
        let collection = try PictureCollection(index: photos.index)
        let typed = "\u{1F600} the red,  cat"
        let explanation = try #require(try collection.explain(picture: 1, sentence: typed))
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(explanation)) as? [String: Any]
        let words = try #require(object?["words"] as? [[String: Any]])
        let scalars = Array(typed.unicodeScalars)
        #expect(words.count == 5)
        for (word, known) in zip(words, explanation.words) {
            let (start, end) = (try #require(word["start"] as? Int), try #require(word["end"] as? Int))
            try #require((0..<end).contains(start) && end <= scalars.count)
            #expect(String(String.UnicodeScalarView(scalars[start..<end])) == known.text)
            #expect(word["text"] as? String == known.text && word["isWord"] as? Bool == known.isWord)
            #expect(word["foundNothing"] as? Bool == (known.isWord && known.match <= 0))
            #expect((word["shares"] as? [Double])?.count == 36 && (word["strengths"] as? [Double])?.max() == 1)
        }
        #expect((object?["regions"] as? [[String: Any]])?.allSatisfy { ($0["box"] as? [Double])?.count == 4 } == true)
    }

    @Test func `a model that cannot say says nothing`() throws {
        let photos = try TrainedPhotos(pictures: 2)
        try photos.update(photos.checkpoint("scan", .scan))
        let collection = try PictureCollection(index: photos.index)
        #expect(try !collection.explains && collection.explain(picture: 1, sentence: sentence) == nil)
        let untrained = try IndexedPhotos(pictures: 2)
        let other = try PictureCollection(index: untrained.index)
        #expect(try !other.explains && other.explain(picture: 1, sentence: sentence) == nil)
    }

    @Test func `what is not there is refused`() throws {
        let photos = try TrainedPhotos(pictures: 2)
        try photos.update(photos.checkpoint())
        let collection = try PictureCollection(index: photos.index)
        #expect(
            try #require(throws: InputError.self) { try collection.explain(picture: 99, sentence: sentence) }.place
                == "picture")
        #expect(
            try #require(throws: InputError.self) { try collection.explain(picture: 1, sentence: " ") }.place
                == "sentence")
    }
}
