import Foundation
import RetrievalModels
import TextEncoding
import Torch
import TorchNN

/// A fresh fast method with random images and texts, and plain arithmetic to check it by.
struct FirstStageCase<Scorer: PairScorer> where Scorer.Images == Tensor, Scorer.Texts == Tensor {
    let scorer: Scorer
    let parameters: ParameterSet
    let configuration: BaselineConfiguration

    init(
        _ method: Method, lexicon: [Int]? = nil,
        _ build: (ParameterScope, BaselineConfiguration) throws -> Scorer
    ) throws {
        let configuration = BaselineConfiguration(
            method, jointDimension: 8, regionDimension: 7, globalDimension: 5, textDimension: 6, vocabularySize: 30,
            lexicon: lexicon)
        self.configuration = configuration
        (scorer, parameters) = try ParameterStore.initialize(seed: 3) { try build($0, configuration) }
        try parameters.setRequiresGradient(true)
    }

    func images(_ count: Int = 4, seed: UInt64 = 1) throws -> ImageBatch {
        let generator = try Generator(seed: seed)
        return try ImageBatch(
            regions: .normal([count, 3, 7], generator: generator), globals: .normal([count, 5], generator: generator))
    }

    func texts(_ lengths: [Int] = [4, 1, 7, 2], seed: UInt64 = 2) throws -> TextBatch {
        try TextBatch(rows: .normal([lengths.reduce(0, +), 6], generator: Generator(seed: seed)), lengths: lengths)
    }

    func scores(_ images: ImageBatch, _ texts: TextBatch) throws -> Tensor {
        try scorer.similarity(scorer.scorable(images, in: .fp32), scorer.scorable(texts, in: .fp32))
    }

    /// Images without their company.
    func selecting(_ images: [Int], of batch: ImageBatch) throws -> ImageBatch {
        let places = try Tensor(images, shape: [images.count])
        return try ImageBatch(regions: batch.regions.indexSelect(places), globals: batch.globals.indexSelect(places))
    }

    /// A layer of the method in float64.
    func layer(_ name: String) throws -> (Plain.Vector) -> Plain.Vector {
        let entries = parameters.dictionary
        guard let weight = entries[name + ".weight"], let bias = entries[name + ".bias"] else {
            throw TorchError(operation: name, reason: "no such layer")
        }
        let (rows, offsets) = (
            try Plain.rows(weight.detached()), try bias.detached().array(Float.self).map(Double.init)
        )
        return { x in zip(rows, offsets).map { Plain.dot($0, x) + $1 } }
    }

    /// A LayerNorm that is still as it began.
    func normalized(_ x: Plain.Vector) -> Plain.Vector {
        let mean = x.reduce(0, +) / Double(x.count)
        let variance = x.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(x.count)
        return x.map { ($0 - mean) / (variance + 1e-5).squareRoot() }
    }
}

/// Arithmetic in float64, without libtorch.
enum Plain {
    typealias Vector = [Double]

    /// Number by number: without optimisation, as tests are built, sequences take many times as long.
    static func dot(_ a: Vector, _ b: Vector) -> Double {
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                var (sum, place) = (0.0, 0)
                while place < min(a.count, b.count) {
                    sum += a[place] * b[place]
                    place += 1
                }
                return sum
            }
        }
    }

    static func unit(_ a: Vector) -> Vector {
        let length = dot(a, a).squareRoot()
        return a.map { $0 / length }
    }

    static func gelu(_ x: Vector) -> Vector { x.map { $0 * 0.5 * (1 + erf($0 / 2.0.squareRoot())) } }
    static func softmax(_ x: Vector) -> Vector {
        let total = x.map(exp).reduce(0, +)
        return x.map { exp($0) / total }
    }

    /// A matrix by its rows.
    static func rows(_ matrix: Tensor) throws -> [Vector] {
        let width = matrix.shape[1]
        let values = try matrix.detached().array(Float.self).map(Double.init)
        return stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
    }

    /// The largest distance between elements; infinite when one is no number.
    static func distance(_ a: Tensor, _ b: [Vector]) throws -> Double {
        let (found, expected) = (try a.detached().array(Float.self).map(Double.init), b.flatMap(\.self))
        guard found.count == expected.count, (found + expected).allSatisfy(\.isFinite) else { return .infinity }
        return zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    }
}
