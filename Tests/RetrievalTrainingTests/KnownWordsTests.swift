import AsCLBase
import Foundation
import RetrievalData
import RetrievalFixtures
import RetrievalModels
import Testing
import TextEncoding
import Torch

@testable import RetrievalTraining

@Suite struct KnownWordsTests {
    @Test func `captions and every positive are known, as the encoder gives them, and nothing else is`() throws {
        let training = try TinyTraining(images: 3, captionsPerImage: 3)
        let model = try training.model()
        var encoded = 0
        let folder = training.folder.path + "/words"
        let known = try KnownWords(model, training.split, folder: folder) { done, _ in encoded = done }
        #expect(encoded > 0)
        var generator = SeededGenerator(seed: 1)
        let texts = training.split.captions.indices.map {
            CaptionVariants.positive(forCaption: $0, in: training.split, using: &generator)
        }
        for text in texts + training.split.captions {
            let tokens = try model.tokenize([text]).map(\.ids)
            let found = try #require(try known.words(ofTokens: tokens, on: .cpu))
            let expected = try withoutGradients { try model.textEncoder.encode(tokens) }
            let difference = try (found.rows - expected.rows).norm(-1).maximum(0).item()
            #expect(difference < 1e-4)
        }
        #expect(try known.words(ofTokens: [[1, 2, 3, 4, 5]], on: .cpu) == nil)

        // Found again by the next run, and by no other encoder's.
        encoded = 0
        _ = try KnownWords(model, training.split, folder: folder) { done, _ in encoded = done }
        #expect(encoded == 0)
    }

    @Test func `the size of the file is told beforehand`() throws {
        let training = try TinyTraining(images: 20, captionsPerImage: 5)
        let model = try training.model()
        let folder = training.folder.path + "/words"
        _ = try KnownWords(model, training.split, folder: folder) { _, _ in }
        let file = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
        let found = try training.folder.data("words/" + file).count
        let told = KnownWords.estimatedBytes(training.split, width: model.wordWidth)
        // Words of the tiny vocabulary are a token each, two special ones a text come on top, equal texts are kept once.
        #expect(told > found / 3 && told < found * 3)
    }
}
