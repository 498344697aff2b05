import Testing
import TextEncoding
import Torch

@testable import RetrievalModels

@Suite struct VSETests {
    static let words = BaselineConfiguration.Words.allCases

    @Test(arguments: words)
    func `scores are those of the equations`(_ words: BaselineConfiguration.Words) throws {
        try vse(words).expectFormula()
        try vse(words, normalizeFeatures: true).expectFormula()
    }

    @Test(arguments: words)
    func `a score depends on its pair alone`(_ words: BaselineConfiguration.Words) throws {
        try vse(words).expectScoresOfPairsAlone()
    }

    @Test func `gradients are the slopes of the equations`() throws {
        try vse(.encoder, imageCount: 1, lengths: [4, 5]).expectGradients()
    }

    @Test(arguments: words)
    func `the triplet loss goes down`(_ words: BaselineConfiguration.Words) throws {
        try vse(words, imageCount: 5).expectLearning()
    }

    @Test func `more texts than are pooled at once keep their order`() throws {
        let lengths = (0..<600).map { 1 + $0 * 7 % 5 }
        try vse(.encoder, lengths: lengths).expectFormula()
    }

    @Test func `regions have no parameters, and gated words read onwards only`() throws {
        #expect(try vse(.encoder).parameters.entries.allSatisfy { !$0.name.hasPrefix("image.region") })
        let names = try vse(.gru).parameters.entries.map(\.name)
        #expect(names.contains("text.gru.weight_hh_l0") && !names.contains { $0.hasSuffix("_reverse") })
    }

    private func vse(
        _ words: BaselineConfiguration.Words, imageCount: Int = 3, lengths: [Int] = [4, 1, 5, 8, 7],
        normalizeFeatures: Bool = false
    ) throws -> FormulaCase<VSE> {
        let configuration = BaselineConfiguration(
            .vse, jointDimension: 6, regionDimension: 7, globalDimension: 5, textDimension: 6, vocabularySize: 20,
            normalizeFeatures: normalizeFeatures, words: words)
        return try FormulaCase(configuration, imageCount: imageCount, lengths: lengths, VSE.init) {
            parameters, images, texts in
            images.map { image in
                let feature = normalizeFeatures ? Plain.unit(image.global) : image.global
                let f = Plain.unit(parameters.layer("image.global", feature))
                return texts.map { text in
                    guard words == .encoder else { return Plain.dot(f, Plain.unit(text[text.count - 1])) }
                    let joint = text.map { parameters.layer("text.projection", $0) }
                    let mean = f.indices.map { place in joint.map { $0[place] }.reduce(0, +) / Double(joint.count) }
                    return Plain.dot(f, Plain.unit(mean))
                }
            }
        }
    }
}
