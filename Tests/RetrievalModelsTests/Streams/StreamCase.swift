import AsCLBase
import Foundation
import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalModels

/// Three pairs of different images, and LexLIP's or COTS's losses on them beside the equations.
struct StreamCase<Scorer: PairScorer> {
    let given: FormulaCase<Scorer>
    let configuration: StreamConfiguration
    let pairs: PairBatch
    /// The table's rows of each text's tokens.
    let rows: [[Int]]
    let images: [FormulaImage]

    static func configuration(
        _ method: Method, width: Int = 8, dropout: Double = 0, classes: Int = 0, hasDictionary: Bool = false,
        sparsity: Double = 0
    ) throws -> StreamConfiguration {
        let isLexLIP = method == .lexlip
        return try StreamConfiguration(
            method, jointDimension: width, layers: 2, heads: 2, regionDimension: 7, globalDimension: 5,
            textDimension: isLexLIP ? width : 6, maxTokens: 12, vocabulary: UNITERTests.vocabulary(), dropout: dropout,
            temperature: 0.3, sparsity: sparsity, classes: classes, hasDictionary: hasDictionary,
            text: isLexLIP
                ? .init(layers: 2, trainedLayers: 1, heads: 4, innerDimension: 10, pieces: [9, 12, 18]) : nil)
    }

    static func given(
        _ configuration: StreamConfiguration, imageCount: Int = 3, lengths: [Int] = [4, 3, 5, 4, 8],
        _ build: (ParameterScope, StreamConfiguration) throws -> Scorer
    ) throws -> FormulaCase<Scorer> {
        let rows = configuration.vocabulary.rows
        return try FormulaCase(
            configuration, imageCount: imageCount, lengths: lengths, beginsAtTokens: true, build
        ) { parameters, images, texts in
            let plain = PlainStreams(p: parameters, configuration: configuration)
            return images.map { image in texts.map { plain.score($0.map { rows[Int($0[0])] }, image) } }
        }
    }

    init(
        _ configuration: StreamConfiguration, _ build: (ParameterScope, StreamConfiguration) throws -> Scorer
    ) throws {
        self.configuration = configuration
        let given = try Self.given(configuration, lengths: [4, 3, 6], build)
        self.given = given
        let classes = configuration.classes
        pairs = PairBatch(
            images: given.images, texts: given.texts, imageOfPair: [0, 1, 2],
            classes: classes > 0 && !configuration.hasDictionary ? (0..<15).map { $0 * 5 % classes } : nil)
        let table = configuration.vocabulary.rows
        let all = try given.texts.rows.squeezed(1).array(Int32.self).map { table[Int($0)] }
        let offsets = given.texts.offsets
        rows = (0..<3).map { Array(all[offsets[$0]..<offsets[$0 + 1]]) }
        images = try (0..<3).map { image in
            FormulaImage(
                regions: try Plain.rows(given.images.regions.selected(0, image)), global: [],
                boxes: try Plain.rows(#require(given.images.boxes).selected(0, image)))
        }
    }

    var generator: SeededGenerator { SeededGenerator(seed: 5) }

    func plain(_ parameters: FormulaParameters) -> PlainStreams {
        PlainStreams(p: parameters, configuration: configuration)
    }

    /// Words masked, text by text: rows with masks, and what stood at which place.
    func maskedWords(
        rate: Double, pieces: Set<Int> = [], _ generator: inout SeededGenerator
    ) -> [(rows: [Int], answers: [(place: Int, row: Int)])] {
        let masking = WordMasking(
            rows.flatMap(\.self), lengths: rows.map(\.count), configuration.vocabulary, rate: rate, pieces: pieces,
            &generator)
        let offsets = given.texts.offsets
        return (0..<3).map { text in
            let own = offsets[text]..<offsets[text + 1]
            let answers = zip(masking.places, masking.answers).filter { own.contains($0.0) }
            return (Array(masking.rows[own]), answers.map { ($0.0 - own.lowerBound, $0.1) })
        }
    }

    /// A term's value and slopes are those of an equation.
    func expect(_ term: TaskTerm, idle: (String) -> Bool, _ equation: (PlainStreams) throws -> Double) throws {
        let own = try FormulaParameters(given.parameters)
        #expect(try abs(term.value.item() - equation(plain(own))) < 1e-5, "\(term.name)")
        for (_, tensor) in given.parameters.entries { try tensor.clearGradient() }
        try term.value.backward(retainingGraph: true)
        for (index, (name, tensor)) in given.parameters.entries.enumerated() {
            let gradient = try tensor.gradient?.array(Float.self) ?? []
            #expect(gradient.contains { abs($0) > 1e-6 } != idle(name), "\(term.name): \(name)")
            if gradient.isEmpty || idle(name) { continue }
            let entry = index * 31 % gradient.count
            let more = try equation(plain(own.moving(name, entry, 1e-5)))
            let slope = try (more - equation(plain(own.moving(name, entry, -1e-5)))) / 2e-5
            #expect(abs(Double(gradient[entry]) - slope) < 3e-4 * max(1, abs(slope)), "\(term.name): \(name)[\(entry)]")
        }
    }

    /// Three pairs can be told apart.
    func expectLearning() throws {
        func loss() throws -> Tensor {
            try RetrievalLoss.contrastive(given.scores(pairs.images, pairs.texts), temperature: 0.1)
        }
        let before = try loss().item()
        let adam = try Adam([.init(given.parameters)])
        for _ in 0..<150 {
            try loss().backward()
            try adam.step(learningRate: 0.005)
        }
        let after = try loss().item()
        #expect(after < before / 2, "\(before) to \(after)")
    }

    /// Keys of these pairs, and a queue of two other pairs and one of the second image.
    func keys(width: Int) throws -> (keys: PairKeys, queue: PairQueue) {
        let generator = try Generator(seed: 12)
        func vectors(_ count: Int) throws -> Tensor {
            try Tensor.uniform([count, width], 0, 1, generator: generator).normalized(1)
        }
        let queue = try PairQueue(size: 4, width: width)
        try queue.append(PairKeys(images: vectors(3), texts: vectors(3), owners: [8, 1, 9]))
        return (PairKeys(images: try vectors(3), texts: try vectors(3), owners: [0, 1, 2]), queue)
    }

    /// The softmaxes of pair i of `MomentumContrast`, p^T and p^I.
    func shares(
        _ pair: Int, images: [Plain.Vector], texts: [Plain.Vector], _ keys: PairKeys, _ queue: PairQueue
    ) throws -> (ofTexts: Plain.Vector, ofImages: Plain.Vector) {
        let entries = pair == 1 ? [0, 2] : [0, 1, 2]
        func softmax(_ query: Plain.Vector, _ keys: Tensor, _ queue: Tensor) throws -> Plain.Vector {
            let (keys, queue) = (try Plain.rows(keys), try Plain.rows(queue))
            let others = (0..<3).filter { $0 != pair }.map { keys[$0] }
            let all = [keys[pair]] + others + entries.map { queue[$0] }
            return Plain.softmax(all.map { Plain.dot(query, $0) / configuration.temperature })
        }
        return (
            try softmax(images[pair], keys.texts, queue.texts), try softmax(texts[pair], keys.images, queue.images)
        )
    }
}
