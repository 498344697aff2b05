import Foundation
import Testing
import TextEncoding
import Torch

@testable import RetrievalModels

@Suite struct IMRAMTests {
    static let directions = BaselineConfiguration.Direction.allCases

    @Test(arguments: directions)
    func `scores are those of the equations`(_ direction: BaselineConfiguration.Direction) throws {
        try imram(direction).expectFormula()
    }

    @Test(arguments: directions)
    func `a score depends on its pair alone`(_ direction: BaselineConfiguration.Direction) throws {
        try imram(direction).expectScoresOfPairsAlone()
    }

    @Test(arguments: directions)
    func `gradients are the slopes of the equations`(_ direction: BaselineConfiguration.Direction) throws {
        try imram(direction, imageCount: 1, lengths: [4, 5]).expectGradients()
    }

    @Test(arguments: directions)
    func `the triplet loss goes down`(_ direction: BaselineConfiguration.Direction) throws {
        try imram(direction, imageCount: 5).expectLearning()
    }

    @Test func `the order of regions and words cannot change a score`() throws {
        let given = try imram(.both, imageCount: 1, lengths: [4])
        let order = try Tensor([3, 0, 2, 1], shape: [4])
        let regions = try Tensor([4, 2, 0, 1, 3], shape: [5])
        let reordered = try given.scores(
            ImageBatch(regions: given.images.regions.indexSelect(regions, dimension: 1), globals: given.images.globals),
            given.texts.replacingRows(given.texts.rows.indexSelect(order)))
        #expect(try abs(reordered.item() - given.scores(given.images, given.texts).item()) < 2e-6)
    }

    @Test func `pairs scored in pieces have the scores of pairs alone`() throws {
        // So many numbers that 24 images do not fit in one piece.
        let given = try FormulaCase(
            configuration(.textToImage, dimension: 512), imageCount: 24, regions: 400, lengths: [8, 7],
            IMRAM.init, formula: { _, _, _ in [] })
        try withoutGradients {
            let all = try Plain.rows(given.scores(given.images, given.texts))
            for (image, text) in [(0, 0), (12, 1), (23, 0), (23, 1)] {
                let alone = try given.scores(given.images([image]), given.texts.selecting([text])).item()
                #expect(abs(alone - all[image][text]) < 1e-5)
            }
        }
    }

    @Test func `bfloat16 products score nearly the same`() throws {
        let given = try imram(.both)
        let exact = try Plain.rows(given.scores(given.images, given.texts))
        let coarse = try autocast(.bfloat16) { try given.scores(given.images, given.texts).to(.float32) }
        let distance = try Plain.distance(coarse, exact)
        #expect(distance > 0 && distance < 0.2)
    }

    @Test func `a direction has no parameters of the other`() throws {
        let names = try imram(.textToImage).parameters.entries.map(\.name)
        #expect(!names.contains { $0.hasPrefix("image_to_text") || $0.hasPrefix("image.global") })
        #expect(try imram(.imageToText).parameters.entries.allSatisfy { !$0.name.hasPrefix("text_to_image") })
    }

    private func configuration(_ direction: BaselineConfiguration.Direction, dimension: Int) -> BaselineConfiguration {
        BaselineConfiguration(
            .imram, jointDimension: dimension, regionDimension: 7, globalDimension: 5, textDimension: 6,
            vocabularySize: 20, direction: direction)
    }

    private func imram(
        _ direction: BaselineConfiguration.Direction, imageCount: Int = 3, lengths: [Int] = [4, 1, 5, 8, 7]
    ) throws -> FormulaCase<IMRAM> {
        try FormulaCase(
            configuration(direction, dimension: 6), imageCount: imageCount, lengths: lengths, IMRAM.init
        ) { parameters, images, texts in
            let words = texts.map { $0.map { Plain.unit(parameters.layer("text.projection", $0)) } }
            return images.map { image in
                let regions = image.regions.map { Plain.unit(parameters.layer("image.region", $0)) }
                return words.map { words in
                    var score = 0.0
                    if direction != .imageToText {
                        score += Self.score(parameters, "text_to_image.memory", words, regions)
                    }
                    if direction != .textToImage {
                        score += Self.score(parameters, "image_to_text.memory", regions, words)
                    }
                    return score
                }
            }
        }
    }

    /// F of one pair in one direction, query by query.
    private static func score(
        _ parameters: FormulaParameters, _ memory: String, _ original: [[Double]], _ contexts: [[Double]]
    ) -> Double {
        var queries = original
        var sum = 0.0
        for _ in 1...3 {
            // Products, of the first step's unit queries and of later ones that are longer or shorter.
            let products = queries.map { query in contexts.map { Plain.dot(query, $0) } }
            let clipped = products.map { $0.map { $0 > 0 ? $0 : $0 / 10 } }
            let lengths = contexts.indices.map { j in clipped.map { $0[j] * $0[j] }.reduce(0, +).squareRoot() }
            let gathered = clipped.map { row in
                let weights = Plain.softmax(zip(row, lengths).map { 9 * $0 / $1 })
                return original[0].indices.map { place in
                    zip(weights, contexts).map { $0 * $1[place] }.reduce(0, +)
                }
            }
            sum += zip(original, gathered).map(cosine).reduce(0, +) / Double(original.count)
            queries = zip(queries, gathered).map { query, context in
                let (gate, output) = halves(parameters.layer(memory, query + context))
                return query.indices.map { place in
                    let open = 1 / (1 + exp(-gate[place]))
                    return open * query[place] + (1 - open) * tanh(output[place])
                }
            }
        }
        return sum
    }

    private static func halves(_ x: [Double]) -> ([Double], [Double]) {
        (Array(x[..<(x.count / 2)]), Array(x[(x.count / 2)...]))
    }

    private static func cosine(_ a: [Double], _ b: [Double]) -> Double {
        Plain.dot(a, b) / (Plain.dot(a, a) * Plain.dot(b, b)).squareRoot()
    }
}
