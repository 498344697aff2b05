import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalModels

@Suite struct ScoreFormsTests {
    @Test(arguments: RandomCase.ragged)
    func `all forms give the same scores`(_ given: RandomCase) throws {
        let model = try given.model().ascl
        let (images, texts) = (try given.images(), try given.texts())
        guard case .fused = try model.scorable(images).form else {
            Issue.record("the kernel does not serve the common case")
            return
        }
        let plain = try ScoreForm.plain.similarity(model, images, texts)
        #expect(plain.shape == [given.imageCount, given.lengths.count])
        for form in [ScoreForm.algebra, .fused] {
            #expect(try largestDifference(form.similarity(model, images, texts), plain) < 2e-6, "\(form)")
        }
    }

    @Test(arguments: [RandomCase(fusion: .gated), RandomCase(fusion: .none)])
    func `ablations have the plain scores in the algebraic form, which serves them`(_ given: RandomCase) throws {
        let model = try given.model().ascl
        let images = try model.project(given.images())
        let texts = try model.project(given.texts())
        let plain = try model.plainScores(images, texts)
        let algebra = try model.algebraScores(images, texts)
        #expect(try largestDifference(algebra.local, plain.local) < 2e-6)
        #expect(try largestDifference(algebra.global, plain.global) < 2e-6)
        #expect(try largestDifference(algebra.similarity, plain.similarity) < 2e-6)
        let served = try model.similarity(model.scorable(projected: images), model.scorable(projected: texts))
        #expect(try largestDifference(served, plain.similarity) < 2e-6)
    }

    @Test(
        arguments: RandomCase.ragged.dropLast() + [RandomCase(fusion: .gated), RandomCase(fusion: .none)])
    func `all forms give the same gradients`(_ given: RandomCase) throws {
        let plain = try gradients(given, .plain)
        #expect(plain.count == given.trainedParameters)
        for form in [ScoreForm.algebra, .fused] {
            let other = try gradients(given, form)
            #expect(Set(other.keys) == Set(plain.keys), "\(form)")
            for (name, expected) in plain {
                let found = try #require(other[name])
                let scale = max(expected.map(abs).max() ?? 0, 1e-3)
                #expect(largestDifference(found, expected) < 2e-5 * scale, "\(form): \(name)")
            }
        }
    }

    @Test(arguments: [RandomCase(imageCount: 5), RandomCase(fusion: .gated, imageCount: 5)])
    func `images joined of parts have the scores and gradients of one batch`(_ given: RandomCase) throws {
        func result(joining parts: [Range<Int>]) throws -> (scores: Tensor, gradients: [String: [Float]]) {
            let (model, parameters) = try given.model()
            let images = try given.images()
            let joined = try ScorableImages.joined(
                parts.map { part in
                    try model.scorable(
                        ImageBatch(regions: images.regions.sliced(0, part), globals: images.globals.sliced(0, part)))
                })
            let scores = try model.similarity(joined, model.scorable(given.texts()))
            return (scores, try gradients(parameters, of: scores))
        }
        let (whole, joined) = (try result(joining: [0..<5]), try result(joining: [0..<2, 2..<3, 3..<5]))
        #expect(try largestDifference(joined.scores, whole.scores) < 2e-6)
        for (name, expected) in whole.gradients {
            let found = try #require(joined.gradients[name], "\(name)")
            #expect(largestDifference(found, expected) < 2e-5 * max(expected.map(abs).max() ?? 0, 1e-3), "\(name)")
        }
    }

    @Test func `images with gradients and images without do not join`() throws {
        let given = RandomCase()
        let model = try given.model().ascl
        let recorded = try model.scorable(given.images())
        let fixed = try withoutGradients { try model.scorable(given.images()) }
        let error = #expect(throws: TorchError.self) { try ScorableImages.joined([recorded, fixed]) }
        #expect(error?.description.contains("gradients to be recorded for all images or for none") == true)
    }

    @Test func `bfloat16 products score nearly the same`() throws {
        let given = RandomCase(dimension: 32, heads: 4)
        let model = try given.model().ascl
        let (images, texts) = (try given.images(), try given.texts())
        let exact = try ScoreForm.plain.similarity(model, images, texts)
        let coarse = try autocast(.bfloat16) { try ScoreForm.fused.similarity(model, images, texts).to(.float32) }
        let difference = try largestDifference(coarse, exact)
        #expect(difference > 0 && difference < 0.05)
    }

    @Test func `normalised features make the score blind to their lengths`() throws {
        let given = RandomCase(normalizeFeatures: true)
        let model = try given.model().ascl
        let (images, texts) = (try given.images(), try given.texts())
        let longer = try ImageBatch(regions: images.regions * 4, globals: images.globals * 0.5)
        #expect(
            try largestDifference(
                ScoreForm.fused.similarity(model, images, texts), ScoreForm.fused.similarity(model, longer, texts))
                < 2e-6)
    }

    private func gradients(_ given: RandomCase, _ form: ScoreForm) throws -> [String: [Float]] {
        let (model, parameters) = try given.model()
        return try gradients(parameters, of: form.similarity(model, given.images(), given.texts()))
    }

    /// Of a loss that weighs every score differently.
    private func gradients(_ parameters: ParameterSet, of scores: Tensor) throws -> [String: [Float]] {
        let weights = try Tensor.normal(scores.shape, generator: Generator(seed: 5))
        try (scores * weights + scores * scores).sum().backward()
        var gradients: [String: [Float]] = [:]
        for (name, tensor) in parameters.entries {
            gradients[name] = try tensor.gradient?.array(Float.self)
        }
        return gradients
    }
}

extension RandomCase {
    /// How many parameters a loss on the scores reaches: without fusion nothing attends.
    fileprivate var trainedParameters: Int {
        switch fusion {
        case .sum: 15
        case .gated: 17
        case .none: 8
        }
    }
}
