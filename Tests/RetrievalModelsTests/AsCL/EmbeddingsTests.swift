import Testing
import TextEncoding
import Torch

@testable import RetrievalModels

/// Embeddings that have met no partner, held to the vectors of pairs.
@Suite struct EmbeddingsTests {
    @Test(arguments: Fusion.allCases)
    func `under uniform attention they are the global vectors of pairs whose queries are zero`(
        _ fusion: Fusion
    ) throws {
        let given = RandomCase(fusion: fusion, imageCount: 4, lengths: [4, 1, 7, 2])
        let (ascl, parameters) = try given.model()
        try withoutGradients {
            for (name, tensor) in parameters.entries where name.hasSuffix(".query.weight") {
                try tensor.copy(from: .zeros(tensor.shape))
            }
            let (images, texts) = (try ascl.project(given.images()), try ascl.project(given.texts()))
            let pairs = try ascl.globalVectors(ofPairs: images, texts)
            let ofImages = try ascl.embeddings(images, .uniform)
            #expect(try largestDifference(ofImages, pairs.images.normalized(-1)) <= 1e-5)
            #expect(try largestDifference(ascl.embeddings(texts, .uniform), pairs.texts.normalized(-1)) <= 1e-5)
            // Without attention they are others, where there is attention at all.
            let isFused = fusion != .none
            #expect(try (largestDifference(ofImages, ascl.embeddings(images, .absent)) > 1e-2) == isFused)
        }
    }
}
