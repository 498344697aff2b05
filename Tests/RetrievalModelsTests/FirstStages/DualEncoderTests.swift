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
        let (hidden, output) = (try given.layer("image.global.hidden"), try given.layer("image.global.output"))
        let (region, words) = (try given.layer("image.region"), try given.layer("text.projection"))
        let ofImages = try (0..<4).map { image in
            let whole = try output(Plain.gelu(hidden(scaled(Plain.rows(images.globals)[image]))))
            let parts = try region(scaled(mean(Plain.rows(images.regions.selected(0, image)))))
            return Plain.unit(zip(Plain.unit(whole), Plain.unit(parts)).map(+))
        }
        let rows = try Plain.rows(texts.rows)
        let ofTexts = (0..<4).map { text in
            let own = rows[texts.offsets[text]..<texts.offsets[text + 1]]
            return Plain.unit(mean(own.map { words(scaled($0)) }))
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

    @Test func `the scale of features is no matter, and normalize_features weighs regions alike`() throws {
        let (images, texts) = (try given.images(), try given.texts())
        let before = try Plain.rows(given.scores(images, texts))
        let larger = try ImageBatch(regions: images.regions * 30, globals: images.globals * 0.02)
        #expect(try Plain.distance(given.scores(larger, texts), before) < 1e-5)

        var configuration = given.configuration
        configuration.normalizeFeatures = true
        let (normalizing, _) = try ParameterStore.load(given.parameters.dictionary, from: "given") {
            try DualEncoder($0, configuration)
        }
        let units = try ImageBatch(regions: images.regions.normalized(-1), globals: images.globals)
        let expected = try Plain.rows(given.scorer.scorable(units, in: .fp32))
        #expect(try Plain.distance(normalizing.scorable(images, in: .fp32), expected) < 1e-6)
        #expect(try Plain.distance(given.scorer.scorable(images, in: .fp32), expected) > 1e-3)
    }

    @Test func `every parameter learns`() throws {
        try given.scores(given.images(), given.texts()).diagonal().sum().backward()
        for (name, tensor) in given.parameters.entries {
            let gradient = try #require(tensor.gradient, "\(name)")
            #expect(try gradient.norm(0).sum().item() > 0, "\(name)")
        }
    }

    /// To a root mean square of a half.
    private func scaled(_ x: Plain.Vector) -> Plain.Vector {
        x.map { $0 / (Plain.dot(x, x) / Double(x.count)).squareRoot() / 2 }
    }

    private func mean(_ rows: some Collection<Plain.Vector>) -> Plain.Vector {
        rows.reduce([Double](repeating: 0, count: rows.first?.count ?? 0)) { zip($0, $1).map(+) }
            .map { $0 / Double(rows.count) }
    }
}
