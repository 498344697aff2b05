import RetrievalModels
import Testing
import TextEncoding
import Torch
import TorchNN

@Suite struct DualEncoderTests {
    private let given: FirstStageCase<DualEncoder>

    init() throws { given = try FirstStageCase(.dualEncoder) { try DualEncoder($0, $1) } }

    @Test func `embeddings and scores are those of the formulas`() throws {
        let (images, texts) = (try given.images(), try given.texts())
        let (region, global) = (try given.layer("image.region"), try given.layer("image.global"))
        let ofImages = try (0..<4).map { image in
            let summary = try global(Plain.rows(images.globals)[image])
            let regions = try Plain.rows(images.regions.selected(0, image)).map(region)
            return try pooled(regions + [summary], summary, "image")
        }
        let words = try Plain.rows(given.scorer.project(texts).rows)
        let ofTexts = try (0..<4).map { text in
            let own = Array(words[texts.offsets[text]..<texts.offsets[text + 1]])
            return try pooled(own, own[0], "text")
        }
        #expect(try Plain.distance(given.scorer.scorable(images, in: .fp32), ofImages) < 1e-5)
        #expect(try Plain.distance(given.scorer.scorable(texts, in: .fp32), ofTexts) < 1e-5)
        let cosines = ofImages.map { image in ofTexts.map { Plain.dot(image, $0) } }
        #expect(try Plain.distance(given.scores(images, texts), cosines) < 1e-5)
    }

    @Test func `a score does not depend on the other images and texts`() throws {
        let (images, texts) = (try given.images(), try given.texts())
        let all = try Plain.rows(given.scores(images, texts))
        for image in 0..<4 {
            for text in 0..<4 {
                let pair = try given.scores(given.selecting([image], of: images), texts.selecting([text])).item()
                #expect(abs(pair - all[image][text]) < 1e-6)
            }
        }
    }

    @Test func `images made in pieces are the images made at once`() throws {
        let images = try given.images()
        let pieces = try [[0, 1], [2], [3]].map {
            try given.scorer.scorable(given.selecting($0, of: images), in: .fp32)
        }
        #expect(
            try Plain.distance(
                DualEncoder.joined(pieces), Plain.rows(given.scorer.scorable(images, in: .fp32))) < 1e-6)
    }

    @Test func `every parameter learns`() throws {
        try given.scores(given.images(), given.texts()).diagonal().sum().backward()
        for (name, tensor) in given.parameters.entries {
            let gradient = try #require(tensor.gradient, "\(name)")
            #expect(try gradient.norm(0).sum().item() > 0, "\(name)")
        }
    }

    private func pooled(
        _ members: [Plain.Vector], _ summary: Plain.Vector, _ side: String
    ) throws -> Plain.Vector {
        let pooling = side + ".pooling"
        let sought = try given.layer(pooling + ".query")(summary)
        let weights = Plain.softmax(members.map { Plain.dot(sought, $0) / 8.0.squareRoot() })
        let sum = (0..<8).map { place in zip(weights, members).map { $0 * $1[place] }.reduce(0, +) }
        let refined = try given.layer(pooling + ".output")(Plain.gelu(given.layer(pooling + ".hidden")(sum)))
        return Plain.unit(given.normalized(zip(sum, refined).map(+)))
    }
}
