import AsCLBase
import Foundation
import RetrievalData
import RetrievalFixtures
import RetrievalModels
import Testing
import TextEncoding
import Torch

@testable import RetrievalTraining

@Suite struct WordSourceTests {
    @Test func `captions and every positive are known, as the encoder gives them, and nothing else is`() throws {
        let training = try TinyTraining(images: 3, captionsPerImage: 3)
        let model = try training.model()
        var encoded = 0
        let folder = training.folder.path + "/words"
        let known = try WordSource(model, samplesOf: training.split, in: folder) { done, _ in encoded = done }
        #expect(encoded > 0)
        var generator = SeededGenerator(seed: 1)
        let texts = training.split.captions.indices.map {
            CaptionVariants.positive(forCaption: $0, in: training.split, using: &generator)
        }
        for text in texts + training.split.captions {
            let tokens = try model.tokenize([text]).map(\.ids)
            let found = try known.words(of: tokens)
            let expected = try withoutGradients { try model.textEncoder.encode(tokens) }
            let difference = try (found.rows - expected.rows).norm(-1).maximum(0).item()
            #expect(difference < 1e-4)
        }
        // Found again by the next run.
        encoded = 0
        _ = try WordSource(model, samplesOf: training.split, in: folder) { done, _ in encoded = done }
        #expect(encoded == 0)

        // What is known is no longer asked of the encoder, what is not is.
        let unknown: [[Int32]] = [[1, 2, 3, 4, 5]]
        let first = try known.words(of: model.tokenize([training.split.captions[0]]).map(\.ids)).rows.array(Float.self)
        for tensor in model.textEncoder.parameters.entries.map(\.tensor) { try tensor.fill(0.5) }
        #expect(
            try known.words(of: model.tokenize([training.split.captions[0]]).map(\.ids)).rows.array(Float.self) == first
        )
        #expect(try known.words(of: unknown).rows.array(Float.self) == model.encode(unknown).rows.array(Float.self))

        // No other encoder's.
        encoded = 0
        _ = try WordSource(model, samplesOf: training.split, in: folder) { done, _ in encoded = done }
        #expect(encoded > 0)
    }

    @Test func `the size of the file is told beforehand`() throws {
        let training = try TinyTraining(images: 20, captionsPerImage: 5)
        let model = try training.model()
        let folder = training.folder.path + "/words"
        _ = try WordSource(model, samplesOf: training.split, in: folder) { _, _ in }
        let file = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
        let found = try training.folder.data("words/" + file).count
        let told = WordSource.estimatedBytes(ofSamplesOf: training.split, width: model.wordWidth)
        // Words of the tiny vocabulary are a token each, two special ones a text come on top, equal texts are kept once.
        #expect(told > found / 3 && told < found * 3)
    }
}
