import Foundation
import Testing
import TextEncoding
import Torch

@testable import RetrievalModels

@Suite struct SCANTests {
    static let forms = BaselineConfiguration.Direction.allCases.flatMap { direction in
        BaselineConfiguration.Pooling.allCases.map { (direction, $0) }
    }

    @Test(arguments: forms)
    func `scores are those of the equations`(
        _ direction: BaselineConfiguration.Direction, _ pooling: BaselineConfiguration.Pooling
    ) throws {
        try scan(direction, pooling).expectFormula()
        try scan(direction, pooling, normalizeFeatures: true).expectFormula()
    }

    @Test(arguments: forms)
    func `a score depends on its pair alone`(
        _ direction: BaselineConfiguration.Direction, _ pooling: BaselineConfiguration.Pooling
    ) throws {
        try scan(direction, pooling).expectScoresOfPairsAlone()
    }

    @Test(arguments: forms)
    func `gradients are the slopes of the equations`(
        _ direction: BaselineConfiguration.Direction, _ pooling: BaselineConfiguration.Pooling
    ) throws {
        try scan(direction, pooling, imageCount: 1, lengths: [4, 5]).expectGradients()
    }

    @Test(arguments: forms)
    func `the triplet loss goes down`(
        _ direction: BaselineConfiguration.Direction, _ pooling: BaselineConfiguration.Pooling
    ) throws {
        try scan(direction, pooling, imageCount: 5).expectLearning()
    }

    @Test(arguments: BaselineConfiguration.Direction.allCases)
    func `gated words score as pairs alone`(_ direction: BaselineConfiguration.Direction) throws {
        let given = try scan(direction, .logSumExp, words: .gru)
        try given.expectFormula()
        try given.expectScoresOfPairsAlone()
        try given.scores(given.images, given.texts).sum().backward()
        for (name, tensor) in given.parameters.entries {
            let gradient = try #require(tensor.gradient, "\(name)").array(Float.self)
            #expect(gradient.contains { $0 != 0 } && gradient.allSatisfy(\.isFinite), "\(name)")
        }
    }

    @Test(arguments: BaselineConfiguration.Direction.allCases)
    func `pairs scored in pieces have the scores of pairs alone`(_ direction: BaselineConfiguration.Direction) throws {
        // So many regions and words that the images do not fit in one piece, nor the texts in one group.
        let given = try FormulaCase(
            configuration(direction, .logSumExp), imageCount: 5, regions: 150, lengths: .init(repeating: 31, count: 40),
            SCAN.init, formula: { _, _, _ in [] })
        try withoutGradients {
            let all = try Plain.rows(given.scores(given.images, given.texts))
            for (image, text) in [(0, 0), (2, 39), (4, 0), (4, 33)] {
                let alone = try given.scores(given.images([image]), given.texts.selecting([text])).item()
                #expect(abs(alone - all[image][text]) < 1e-5)
            }
        }
    }

    @Test func `fragments without a positive cosine give a score and a gradient`() throws {
        let given = try scan(.both, .logSumExp, imageCount: 1, lengths: [1, 2])
        let model = given.scorer
        // All regions the same, all words their opposite.
        let region = try model.scorable(given.images, in: .fp32).regions.selected(0, 0).sliced(0, 0..<1).detached()
        try region.setRequiresGradient(true)
        let (regions, words) = (try region.expanded([5, 6]).unsqueezed(0), try -region.expanded([3, 6]))
        let images = try SCAN.Images(regions: regions, gram: regions.matmul(regions.transposed()))
        let texts = try model.scorable(projected: TextBatch(rows: words, lengths: [1, 2]), in: .fp32)
        let scores = try model.similarity(images, texts)
        // Every relevance is -1: the mean over directions of -1 + log(count) / l2.
        let expected = [1.0, 2.0].map { (-1 + log($0) / 6 - 1 + log(5) / 5) / 2 }
        #expect(try Plain.distance(scores, [expected]) < 1e-5)
        try scores.sum().backward()
        #expect(try #require(region.gradient).allFinite())
    }

    @Test func `bfloat16 products score nearly the same`() throws {
        let given = try scan(.both, .logSumExp)
        let exact = try Plain.rows(given.scores(given.images, given.texts))
        let coarse = try autocast(.bfloat16) { try given.scores(given.images, given.texts).to(.float32) }
        let distance = try Plain.distance(coarse, exact)
        #expect(distance > 0 && distance < 0.1)
    }

    @Test func `it has no parameters that no score needs`() throws {
        let names = try scan(.both, .average).parameters.entries.map(\.name).sorted()
        #expect(
            names == ["image.region.bias", "image.region.weight", "text.projection.bias", "text.projection.weight"])
    }

    private func configuration(
        _ direction: BaselineConfiguration.Direction, _ pooling: BaselineConfiguration.Pooling,
        words: BaselineConfiguration.Words = .encoder, normalizeFeatures: Bool = false
    ) -> BaselineConfiguration {
        BaselineConfiguration(
            .scan, jointDimension: 6, regionDimension: 7, globalDimension: 5, textDimension: 6, vocabularySize: 20,
            normalizeFeatures: normalizeFeatures, words: words, direction: direction, pooling: pooling)
    }

    private func scan(
        _ direction: BaselineConfiguration.Direction, _ pooling: BaselineConfiguration.Pooling, imageCount: Int = 3,
        lengths: [Int] = [4, 1, 5, 8, 7], words: BaselineConfiguration.Words = .encoder, normalizeFeatures: Bool = false
    ) throws -> FormulaCase<SCAN> {
        let configuration = configuration(
            direction, pooling, words: words, normalizeFeatures: normalizeFeatures)
        return try FormulaCase(configuration, imageCount: imageCount, lengths: lengths, SCAN.init) {
            parameters, images, texts in
            images.map { image in
                let regions = image.regions.map {
                    parameters.layer("image.region", normalizeFeatures ? Plain.unit($0) : $0)
                }
                return texts.map { text in
                    let words = words == .gru ? text : text.map { parameters.layer("text.projection", $0) }
                    let textToImage = Self.score(words, regions, attention: 9, logSumExp: pooling == .average ? nil : 6)
                    let imageToText = Self.score(regions, words, attention: 4, logSumExp: pooling == .average ? nil : 5)
                    return switch direction {
                    case .textToImage: textToImage
                    case .imageToText: imageToText
                    case .both: (textToImage + imageToText) / 2
                    }
                }
            }
        }
    }

    /// The paper's section 3.1 for `queries` that attend to `others`: s, its clipped and normalised form, the attention, the
    /// attended vector, its relevance, and their pooling.
    private static func score(
        _ queries: [[Double]], _ others: [[Double]], attention: Double, logSumExp: Double?
    ) -> Double {
        let s = queries.map { query in others.map { cosine(query, $0) } }
        let lengths = others.indices.map { other in
            s.map { rectified($0[other]) * rectified($0[other]) }.reduce(0, +).squareRoot()
        }
        let relevances = zip(queries, s).map { query, row in
            let normalized = zip(row, lengths).map { rectified($0) / $1 }
            let weights = Plain.softmax(normalized.map { attention * $0 })
            let attended = query.indices.map { place in
                // The attended fragments are unit vectors.
                zip(weights, others).map { $0 * Plain.unit($1)[place] }.reduce(0, +)
            }
            return cosine(query, attended)
        }
        guard let logSumExp else { return relevances.reduce(0, +) / Double(relevances.count) }
        return log(relevances.map { exp(logSumExp * $0) }.reduce(0, +)) / logSumExp
    }

    private static func rectified(_ x: Double) -> Double { x > 0 ? x : x / 10 }

    private static func cosine(_ a: [Double], _ b: [Double]) -> Double {
        Plain.dot(a, b) / (Plain.dot(a, a) * Plain.dot(b, b)).squareRoot()
    }
}
