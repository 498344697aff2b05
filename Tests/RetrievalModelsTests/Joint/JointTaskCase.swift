import AsCLBase
import Foundation
import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalModels

/// Three pairs of different images, and a method's tasks on them beside the equations.
struct JointTaskCase<Scorer: PairScorer> {
    let given: FormulaCase<Scorer>
    let configuration: JointConfiguration
    let pairs: PairBatch
    /// The table's rows of each text's tokens.
    let rows: [[Int]]
    let images: [FormulaImage]

    init(
        _ configuration: JointConfiguration, _ build: (ParameterScope, JointConfiguration) throws -> Scorer
    ) throws {
        self.configuration = configuration
        let given = try UNITERTests.given(configuration, lengths: [4, 3, 6], build)
        self.given = given
        let classes = configuration.classes
        pairs = PairBatch(
            images: given.images, texts: given.texts, imageOfPair: [0, 1, 2],
            classes: classes > 0 ? (0..<15).map { $0 * 5 % classes } : nil)
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

    func terms(_ task: LearningTask) throws -> [TaskTerm] {
        var generator = SeededGenerator(seed: 5)
        return try given.scorer.whileTraining.terms(of: task, on: pairs, &generator)
    }

    /// The words that `terms` masks, text by text: rows with masks, and what stood at which place.
    var maskedWords: [(rows: [Int], answers: [(place: Int, row: Int)])] {
        var generator = SeededGenerator(seed: 5)
        let masking = WordMasking(
            rows.flatMap(\.self), lengths: rows.map(\.count), configuration.vocabulary, &generator)
        let offsets = given.texts.offsets
        return (0..<3).map { text in
            let own = offsets[text]..<offsets[text + 1]
            let answers = zip(masking.places, masking.answers).filter { own.contains($0.0) }
            return (Array(masking.rows[own]), answers.map { ($0.0 - own.lowerBound, $0.1) })
        }
    }

    /// The regions that `terms` masks, image by image.
    var maskedRegions: [[Int]] {
        var generator = SeededGenerator(seed: 5)
        return (0..<3).map { image in
            WordMasking.chosen(image * 5..<(image + 1) * 5, &generator).map { $0 - image * 5 }
        }
    }

    func plain(_ parameters: FormulaParameters) -> PlainJoint {
        PlainJoint(p: parameters, shape: configuration.shape, isOne: configuration.method.isUNITER)
    }

    /// A term's value and slopes are those of an equation.
    func expect(
        _ term: TaskTerm, _ equation: (PlainJoint) throws -> Double, idle: (String) -> Bool
    ) throws {
        let own = try FormulaParameters(given.parameters)
        #expect(try abs(term.value.item() - equation(plain(own))) < 1e-5)
        try term.value.backward(retainingGraph: true)
        for (index, (name, tensor)) in given.parameters.entries.enumerated() {
            let gradient = try tensor.gradient?.array(Float.self) ?? []
            #expect(gradient.contains { abs($0) > 1e-6 } != idle(name), "\(name)")
            try tensor.clearGradient()
            if gradient.isEmpty { continue }
            let entry = index * 31 % gradient.count
            let more = try equation(plain(own.moving(name, entry, 1e-5)))
            let slope = try (more - equation(plain(own.moving(name, entry, -1e-5)))) / 2e-5
            #expect(abs(Double(gradient[entry]) - slope) < 2e-4 * max(1, abs(slope)), "\(name)[\(entry)]")
        }
    }
}

extension Plain {
    static func mean(_ x: [Double]) -> Double { x.reduce(0, +) / Double(x.count) }
    static func sum(_ a: Vector, _ b: Vector) -> Vector { zip(a, b).map { $0 + $1 } }
    static func squares(_ a: Vector, _ b: Vector) -> Vector { zip(a, b).map { ($0 - $1) * ($0 - $1) } }
    static func entropy(_ logits: Vector, _ answer: Int) -> Double { -log(softmax(logits)[answer]) }
}
