import AsCLBase
import Foundation
import RetrievalFixtures
import RetrievalModels
import Testing
import TextEncoding
import Torch
import TorchNN

@Suite struct DSRANTests {
    static let words = BaselineConfiguration.Words.allCases

    @Test(arguments: words) func `scores are those of the equations`(_ words: BaselineConfiguration.Words) throws {
        try dsran(words).expectFormula()
    }

    @Test(arguments: words) func `a score depends on its pair alone`(_ words: BaselineConfiguration.Words) throws {
        try dsran(words).expectScoresOfPairsAlone()
    }

    @Test func `gradients are the slopes of the equations`() throws {
        // One global node attends to itself whatever it asks for; what is common to all keys changes no softmax.
        try dsran(.encoder, imageCount: 1, regions: 2, lengths: [4, 5]).expectGradients { name in
            name.contains("global_relations.query") || name.contains("global_relations.key")
                || name.hasSuffix("key.bias")
        }
    }

    @Test(arguments: words) func `the triplet loss goes down`(_ words: BaselineConfiguration.Words) throws {
        try dsran(words, imageCount: 5).expectLearning()
    }

    @Test func `vectors have length one, so scores are cosines`() throws {
        let given = try dsran(.encoder)
        let images = try given.scorer.scorable(given.images, in: .fp32)
        let texts = try given.scorer.scorable(given.texts, in: .fp32)
        for vector in try Plain.rows(images) + Plain.rows(texts) { #expect(abs(Plain.dot(vector, vector) - 1) < 1e-5) }
    }

    @Test(arguments: words)
    func `what stands beside an item changes its vector in training alone`(
        _ words: BaselineConfiguration.Words
    ) throws {
        let given = try dsran(words)
        let (one, three) = (try given.images([0]), given.images)
        let (text, texts) = (try given.texts.selecting([2, 0]), given.texts)
        func distance(_ few: Tensor, _ all: Tensor) throws -> Double {
            try (few.selected(0, 0) - all).norm(0).item()
        }
        let scorer = given.scorer
        #expect(
            try distance(scorer.scorable(one, in: .fp32), scorer.scorable(three, in: .fp32).selected(0, 0)) < 1e-6)
        #expect(
            try distance(scorer.scorable(text, in: .fp32), scorer.scorable(texts, in: .fp32).selected(0, 2)) < 1e-6)
        let before = try statistics(given)
        let training = scorer.whileTraining
        #expect(
            try distance(
                training.scorable(given.images([0, 1]), in: .fp32), training.scorable(three, in: .fp32).selected(0, 0))
                > 0.01)
        #expect(
            try distance(training.scorable(text, in: .fp32), training.scorable(texts, in: .fp32).selected(0, 2)) > 0.01)
        #expect(try statistics(given) != before, "the running statistics have moved")
        // Padding is in no statistic: the same texts, grouped otherwise.
        let reordered = try texts.selecting([4, 3, 2, 1, 0])
        let vectors = try training.scorable(texts, in: .fp32).selected(0, 2)
        #expect(try distance(training.scorable(reordered, in: .fp32).sliced(0, 2..<3), vectors) < 1e-5)
    }

    @Test(arguments: [
        ("image.fusion.first.weight", Float.nan, "expected finite numbers, found nan"),
        ("image.region_relations.attended_norm.running_mean", .nan, "expected finite numbers, found nan"),
        ("text.word_relations.output_norm.running_var", -1, "expected variances, finite and not negative, found -1.0"),
    ])
    func `statistics that lie are refused by file and tensor`(_ name: String, _ lie: Float, _ fault: String) throws {
        let folder = try ScratchFolder()
        let path = folder.path + "/model.safetensors"
        var tensors = try dsran(.encoder).parameters.dictionary
        #expect(tensors.keys.filter { $0.hasSuffix("running_var") }.count == 10)
        tensors[name] = try #require(tensors[name]).detached().cloned()
        try #require(tensors[name]).fill(Double(lie))
        try TensorFiles.save(tensors, to: path)
        let error = #expect(throws: InputError.self) { try TensorFiles.load(weights: path) }
        #expect("\(try #require(error))".hasPrefix("\(path): \(name): \(fault) at [0"))
    }

    private func statistics(_ given: FormulaCase<DSRAN>) throws -> [[Float]] {
        try given.parameters.buffers.map { try $0.tensor.array() }
    }

    @Test func `a joint dimension that eight heads do not divide is refused`() throws {
        let configuration = Self.configuration(.encoder, dimension: 12)
        let error = try #require(throws: TorchError.self) {
            try ParameterStore.initialize(seed: 1) { try DSRAN($0, configuration) }
        }
        #expect(error.description.contains("joint_dimension") && error.description.contains("12"))
    }

    private static func configuration(_ words: BaselineConfiguration.Words, dimension: Int) -> BaselineConfiguration {
        BaselineConfiguration(
            .dsran, jointDimension: dimension, regionDimension: 7, globalDimension: 5, textDimension: 6,
            vocabularySize: 20, words: words)
    }

    private func dsran(
        _ words: BaselineConfiguration.Words, imageCount: Int = 3, regions: Int = 5, lengths: [Int] = [4, 1, 5, 8, 7]
    ) throws -> FormulaCase<DSRAN> {
        try FormulaCase(
            Self.configuration(words, dimension: 16), imageCount: imageCount, regions: regions, lengths: lengths,
            DSRAN.init
        ) { parameters, images, texts in
            let isGRU = words == .gru
            func start(_ x: [Double]) -> [Double] { isGRU ? x : x.map { max($0, 0) } }
            let ofTexts = texts.map { words in
                let nodes = words.map { isGRU ? Plain.unit($0) : start(parameters.layer("text.projection", $0)) }
                return Plain.unit(mean(related(parameters, "text.word_relations", nodes)))
            }
            return images.map { image in
                let regions = image.regions.map { start(parameters.layer("image.region", $0)) }
                let global = start(parameters.layer("image.global", image.global))
                let nodes =
                    related(parameters, "image.region_relations", regions)
                    + related(parameters, "image.global_relations", [global])
                let levels = ["0", "1"].map { mean(related(parameters, "image.joint_relations." + $0, nodes)) }
                let vector = Plain.unit(fused(parameters, levels[0], levels[1]))
                return ofTexts.map { Plain.dot(vector, $0) }
            }
        }
    }
}

/// Graph attention, node by node and head by head.
private func related(_ parameters: FormulaParameters, _ name: String, _ nodes: [[Double]]) -> [[Double]] {
    let width = nodes[0].count / 8
    let queries = nodes.map { parameters.layer(name + ".query", $0) }
    let keys = nodes.map { parameters.layer(name + ".key", $0) }
    let values = nodes.map { parameters.layer(name + ".value", $0) }
    return nodes.indices.map { node in
        let gathered = (0..<8).flatMap { head in
            let own = head * width..<(head + 1) * width
            let weights = Plain.softmax(
                keys.map { Plain.dot(Array(queries[node][own]), Array($0[own])) / Double(width).squareRoot() })
            return own.map { place in zip(weights, values).map { $0 * $1[place] }.reduce(0, +) }
        }
        let attended = parameters.layer(name + ".attended", gathered)
        let first = normalized(parameters, name + ".attended_norm", zip(nodes[node], attended).map(+))
        let hidden = parameters.layer(name + ".hidden", first).map { max($0, 0) }
        let output = parameters.layer(name + ".output", hidden)
        return normalized(parameters, name + ".output_norm", zip(first, output).map(+))
    }
}

private func fused(_ parameters: FormulaParameters, _ one: [Double], _ other: [Double]) -> [Double] {
    let first = parameters.layer("image.fusion.first", one)
    let second = parameters.layer("image.fusion.second", other)
    let gates = zip(
        parameters.layer("image.fusion.first_gate", first), parameters.layer("image.fusion.second_gate", second)
    ).map { 1 / (1 + exp(-$0 - $1)) }
    return gates.indices.map { gates[$0] * first[$0] + (1 - gates[$0]) * second[$0] }
}

/// Batch normalisation by running statistics.
private func normalized(_ parameters: FormulaParameters, _ name: String, _ x: [Double]) -> [Double] {
    let (mean, variance) = (parameters[name + ".running_mean"], parameters[name + ".running_var"])
    let (weight, bias) = (parameters[name + ".weight"], parameters[name + ".bias"])
    return x.indices.map { weight[$0] * (x[$0] - mean[$0]) / (variance[$0] + 1e-5).squareRoot() + bias[$0] }
}

private func mean(_ nodes: [[Double]]) -> [Double] {
    nodes[0].indices.map { place in nodes.map { $0[place] }.reduce(0, +) / Double(nodes.count) }
}
