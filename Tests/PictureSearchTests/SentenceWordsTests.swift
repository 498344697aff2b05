import Foundation
import RetrievalModels
import Testing
import Torch

@testable import PictureSearch

/// Words that both stages of a search read.
@Suite struct SentenceWordsTests {
    @Test func `words are those of each sentence, in the order asked for, known or not`() throws {
        let photos = try TrainedPhotos(pictures: 0)
        let model = try RetrievalModel(checkpoint: photos.checkpoint())
        let words = SentenceWords(model)
        let (cat, dogs) = ("a small cat sleeps", "two dog")
        for sentences in [[cat], [dogs, cat], [cat, dogs, cat], [dogs]] {
            let (found, own) = (try words.words(of: sentences), try model.encode(model.tokenize(sentences).map(\.ids)))
            #expect(found.lengths == own.lengths)
            let (values, expected) = (try found.rows.array(Float.self), try own.rows.array(Float.self))
            #expect(values.count == expected.count && zip(values, expected).allSatisfy { abs($0 - $1) < 1e-5 })
        }
        // More than are kept: the first go, and come back the same.
        let first = try words.words(of: [cat]).rows.array(Float.self)
        for number in 0..<300 { _ = try words.words(of: ["the dog \(number)"]) }
        let again = try words.words(of: [cat]).rows.array(Float.self)
        #expect(zip(first, again).allSatisfy { abs($0 - $1) < 1e-5 } && first.count == again.count)
    }
}
