import ArrayFiles
import Foundation
import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalModels

/// A case of an independent float64 implementation: inputs, parameters, S, its parts, S-, the loss and every gradient.
struct ConformanceCase {
    let tensors: [String: Tensor]
    let metadata: [String: String]
    let model: AsCLModel
    let parameters: ParameterSet
    let images: ImageBatch
    let texts, negatives: TextBatch
    let temperature: Double

    static let names = ["tiny", "small", "one_head", "regions36"]

    init(_ name: String) throws {
        let path = try #require(Bundle.module.path(forResource: name, ofType: "safetensors", inDirectory: "Resources"))
        let file = try SafetensorsFile(path: path)
        tensors = try TensorFiles.load(file)
        metadata = file.metadata
        let regions = try #require(tensors["input.regions"])
        let globals = try #require(tensors["input.global"])
        let words = try #require(tensors["input.words"])
        let configuration = try AsCLConfiguration(
            jointDimension: #require(metadata["D"].flatMap(Int.init)),
            heads: #require(metadata["heads"].flatMap(Int.init)),
            regionDimension: regions.shape[2], globalDimension: globals.shape[1], textDimension: words.shape[2],
            localWeight: #require(metadata["u1"].flatMap(Double.init)))
        let given = tensors.filter { $0.key.hasPrefix("parameter.") }
        (model, parameters) = try ParameterStore.load(
            Dictionary(uniqueKeysWithValues: given.map { (String($0.key.dropFirst(10)), $0.value) }), from: path
        ) { try AsCLModel($0, configuration) }
        try parameters.setRequiresGradient(true)
        let lengths = try #require(tensors["input.lengths"]).array(Int.self)
        images = try ImageBatch(regions: regions, globals: globals)
        texts = try TextBatch(padded: words, lengths: lengths)
        negatives = try TextBatch(padded: #require(tensors["input.negative_words"]), lengths: lengths)
        temperature = try #require(metadata["tau"].flatMap(Double.init))
    }

    /// Norm of the difference from the expected tensor, relative to its norm.
    func error(_ tensor: Tensor, _ name: String) throws -> Double {
        let expected = try #require(tensors[name]).to(.float64).reshaped([-1])
        let difference = try tensor.detached().to(.float64).reshaped([-1]) - expected
        return try difference.norm(0).item() / max(expected.norm(0).item(), 1e-12)
    }

    /// The largest difference from the expected values, relative to the largest of them.
    func largestDifference(_ tensor: Tensor, _ name: String) throws -> Float {
        let expected = try #require(tensors[name]).array(Float.self)
        let largest = try #require(expected.map(abs).max())
        return try (zip(tensor.detached().array(Float.self), expected).map { abs($0 - $1) }.max() ?? 0) / largest
    }
}

@Suite struct ConformanceTests {
    @Test(arguments: ConformanceCase.names)
    func `the plain form gives the reference's scores`(_ name: String) throws {
        let given = try ConformanceCase(name)
        let scores = try given.model.plainScores(given.model.project(given.images), given.model.project(given.texts))
        #expect(try given.largestDifference(scores.similarity, "expected.similarity") < 1e-5)
        #expect(try given.largestDifference(scores.local, "expected.local") < 1e-5)
        #expect(try given.largestDifference(scores.global, "expected.global") < 1e-5)
    }

    @Test(arguments: ConformanceCase.names)
    func `the algebraic form gives the reference's scores`(_ name: String) throws {
        let given = try ConformanceCase(name)
        let scores = try given.model.algebraScores(given.model.project(given.images), given.model.project(given.texts))
        #expect(try given.largestDifference(scores.similarity, "expected.similarity") < 1e-5)
        #expect(try given.largestDifference(scores.local, "expected.local") < 1e-5)
        #expect(try given.largestDifference(scores.global, "expected.global") < 1e-5)
    }

    @Test(arguments: ConformanceCase.names, ScoreForm.allCases)
    func `the loss and every gradient are the reference's`(_ name: String, _ form: ScoreForm) throws {
        let given = try ConformanceCase(name)
        let scores = try form.similarity(given.model, given.images, given.texts)
        let negatives = try form.similarity(given.model, given.images, given.negatives)
        #expect(try given.largestDifference(scores, "expected.similarity") < 1e-5)
        #expect(try given.largestDifference(negatives, "expected.negative_similarity") < 1e-5)
        let loss = try RetrievalLoss.contrastive(scores, negatives: negatives, temperature: given.temperature)
        #expect(try given.error(loss, "expected.loss") < 1e-5)
        try loss.backward()
        for (parameter, tensor) in given.parameters.entries {
            let gradient = try #require(tensor.gradient, "\(parameter) has no gradient")
            let error = try given.error(gradient, "gradient.\(parameter)")
            #expect(error < 1e-5, "\(parameter) is off by \(error)")
        }
    }
}
