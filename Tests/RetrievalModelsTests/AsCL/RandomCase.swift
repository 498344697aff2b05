import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalModels

/// A fresh model with random images and texts, all a function of the sizes.
struct RandomCase: CustomTestStringConvertible {
    var fusion = Fusion.sum
    var dimension = 12
    var heads = 3
    var imageCount = 3
    var regions = 5
    /// Words of each text.
    var lengths = [4, 1, 7, 2]
    var normalizeFeatures = false

    var testDescription: String {
        "\(fusion), D \(dimension), \(heads) heads, \(imageCount) images of \(regions) regions, texts of \(lengths)"
    }

    /// The sizes at which a kernel's blocks and vectors have remainders.
    static let ragged = [
        RandomCase(), RandomCase(dimension: 8, heads: 1), RandomCase(regions: 1),
        RandomCase(dimension: 20, heads: 2, imageCount: 1, regions: 3, lengths: [1]),
        RandomCase(dimension: 10, heads: 5, imageCount: 2, regions: 17, lengths: [1, 1, 33, 16, 9]),
        RandomCase(dimension: 7, heads: 7, regions: 2, lengths: [3, 5]),
        RandomCase(dimension: 48, heads: 3, imageCount: 9, regions: 36, lengths: [12, 15, 1, 8]),
    ]

    func model(on device: Device = .cpu) throws -> (ascl: AsCLModel, parameters: ParameterSet) {
        let configuration = try AsCLConfiguration(
            jointDimension: dimension, heads: heads, regionDimension: 7, globalDimension: 5, textDimension: 6,
            localWeight: 0.7, fusion: fusion, normalizeFeatures: normalizeFeatures)
        let (ascl, parameters) = try ParameterStore.initialize(seed: 11, device: device) {
            try AsCLModel($0, configuration)
        }
        try parameters.setRequiresGradient(true)
        return (ascl, parameters)
    }

    func images(seed: UInt64 = 1) throws -> ImageBatch {
        let generator = try Generator(seed: seed)
        return try ImageBatch(
            regions: .normal([imageCount, regions, 7], generator: generator),
            globals: .normal([imageCount, 5], generator: generator))
    }

    func texts(seed: UInt64 = 2) throws -> TextBatch {
        try TextBatch(
            rows: .normal([lengths.reduce(0, +), 6], generator: Generator(seed: seed)), lengths: lengths)
    }
}

/// The ways to compute S.
enum ScoreForm: CaseIterable {
    case plain, algebra, fused

    /// S of raw images and texts.
    func similarity(_ model: AsCLModel, _ images: ImageBatch, _ texts: TextBatch) throws -> Tensor {
        switch self {
        case .plain: try model.plainScores(model.project(images), model.project(texts)).similarity
        case .algebra: try model.algebraScores(model.project(images), model.project(texts)).similarity
        case .fused: try model.similarity(model.scorable(images), model.scorable(texts))
        }
    }
}

/// The largest distance between elements; infinite when one is no number.
func largestDifference(_ a: Tensor, _ b: Tensor) throws -> Float {
    largestDifference(try a.detached().array(Float.self), try b.detached().array(Float.self))
}

func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    guard a.count == b.count, (a + b).allSatisfy(\.isFinite) else { return .infinity }
    return zip(a, b).map { abs($0 - $1) }.max() ?? 0
}
