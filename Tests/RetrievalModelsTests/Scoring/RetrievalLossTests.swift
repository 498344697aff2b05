import Foundation
import Testing
import Torch

@testable import RetrievalModels

@Suite struct RetrievalLossTests {
    /// S and S-; the first and the last generated text score above their image's own.
    static let scores: [Float] = [0.5, 0.1, -0.2, 0.3, 0.4, 0.2, 0.0, 0.6, 0.1]
    static let negatives: [Float] = [0.7, 0.2, 0.1, 0.3, 0.1, 0.35, 0.05, -0.3, 0.9]

    @Test func `two pairs by hand`() throws {
        // Columns: log(1 + e^-1) twice. Rows: log(1 + e^-1) and log(1 + e^-1).
        let scores = try matrix([1, 0, 0, 1])
        let expected = 2 * log(1 + exp(-1.0))
        #expect(abs(try RetrievalLoss.contrastive(scores, temperature: 1).item() - expected) < 1e-6)
        // Generated texts at 0 add two terms e^0 to each row.
        let negatives = try matrix([0, 0, 0, 0])
        let found = try RetrievalLoss.contrastive(scores, negatives: negatives, temperature: 1).item()
        #expect(abs(found - (log(1 + exp(-1.0)) + log(1 + 3 * exp(-1.0)))) < 1e-6)
        // Halving tau doubles the scores' distances.
        #expect(
            abs(try RetrievalLoss.contrastive(scores, temperature: 0.5).item() - 2 * log(1 + exp(-2.0))) < 1e-6)
    }

    @Test(arguments: [true, false], [nil, [0, 0, 1], [5, 6, 5], [1, 1, 1]] as [[Int]?])
    func `three pairs as the formula says`(_ generated: Bool, _ images: [Int]?) throws {
        let found = try RetrievalLoss.contrastive(
            matrix(Self.scores), negatives: generated ? matrix(Self.negatives) : nil, temperature: 0.3,
            excluded: images.flatMap { try RetrievalLoss.sameImageMask($0) })
        let expected = formula(
            Self.scores, generated ? Self.negatives : nil, tau: 0.3, images: images ?? [0, 1, 2])
        #expect(abs(try found.item() - expected) < 1e-5)
    }

    @Test func `a generated text above its image's own is absent, at the score itself it is not`() throws {
        let scores = try matrix([0.5, 0, 0, 0.5])
        func loss(_ negative: Float) throws -> Double {
            try RetrievalLoss.contrastive(
                scores, negatives: matrix([negative, -1, -1, -1]), temperature: 0.1
            ).item()
        }
        // The other generated texts are below everything: e^-15 of the sum.
        let without = try RetrievalLoss.contrastive(scores, temperature: 0.1).item()
        #expect(abs(try loss(0.6) - without) < 1e-5)
        #expect(abs(try loss(0.5) - without - log((2 + exp(-5.0)) / (1 + exp(-5.0))) / 2) < 1e-5)
    }

    @Test func `no gradient flows through the choice of what is absent`() throws {
        let scores = try matrix(Self.scores)
        let negatives = try matrix(Self.negatives)
        for tensor in [scores, negatives] { try tensor.setRequiresGradient(true) }
        try RetrievalLoss.contrastive(scores, negatives: negatives, temperature: 0.3).backward()
        let found = try #require(scores.gradient).array(Float.self)
        let foundNegative = try #require(negatives.gradient).array(Float.self)
        // The choice held fixed by the formula's alpha, differences of a few thousandths give the slope.
        for place in 0..<9 {
            func slope(_ change: (Float) -> Double) -> Double { (change(1e-3) - change(-1e-3)) / 2e-3 }
            let ofScore = slope { formula(Self.scores.adding($0, at: place), Self.negatives, tau: 0.3) }
            #expect(abs(Double(found[place]) - ofScore) < 1e-3)
            let ofNegative = slope { formula(Self.scores, Self.negatives.adding($0, at: place), tau: 0.3) }
            #expect(abs(Double(foundNegative[place]) - ofNegative) < 1e-3)
        }
        #expect(foundNegative[0] == 0 && foundNegative[8] == 0)
        #expect(foundNegative[1] > 0)
    }

    @Test func `other texts of an image are no negatives, its generated ones are`() throws {
        let scores = try matrix(Self.scores)
        let negatives = try matrix([-0.1, -0.2, -0.3, -0.4, -0.1, -0.6, 0, -0.8, -0.1])
        for tensor in [scores, negatives] { try tensor.setRequiresGradient(true) }
        let mask = try RetrievalLoss.sameImageMask([4, 4, 2])
        try RetrievalLoss.contrastive(scores, negatives: negatives, temperature: 0.3, excluded: mask).backward()
        let gradient = try #require(scores.gradient).array(Float.self)
        #expect(gradient[1] == 0 && gradient[3] == 0)
        #expect([2, 5, 6, 7].allSatisfy { gradient[$0] > 0 })
        #expect(try #require(negatives.gradient).array(Float.self).allSatisfy { $0 > 0 })
    }

    @Test func `texts of one image are masked off the diagonal`() throws {
        #expect(try RetrievalLoss.sameImageMask([3, 1, 2]) == nil)
        let mask = try #require(try RetrievalLoss.sameImageMask([7, 2, 7]))
        #expect(try mask.array(Bool.self) == [false, false, true, false, false, false, true, false, false])
    }

    @Test(arguments: RetrievalLoss.Reduction.allCases)
    func `triplet loss by hand`(_ reduction: RetrievalLoss.Reduction) throws {
        // Hinges, the hardest negative's: rows 0 (0.5 over 0.1), 0.1 (0.4 over 0.3), 0.7 (0.1 under 0.6);
        // columns 0 (0.5 over 0.3), 0.4 (0.4 under 0.6), 0.3 (0.1 under 0.2).
        let scores = try matrix(Self.scores)
        let share = reduction == .mean ? 3.0 : 1
        func loss(_ negatives: RetrievalLoss.Negatives, _ mask: Tensor? = nil) throws -> Double {
            try RetrievalLoss.triplet(scores, margin: 0.2, over: negatives, reduction: reduction, excluded: mask).item()
        }
        let hardest = [0, 0.1, 0.7, 0, 0.4, 0.3].reduce(0, +)
        #expect(abs(try loss(.hardest) - hardest / share) < 1e-6)
        #expect(abs(try loss(.all) - all(Self.scores, [0, 1, 2]) / share) < 1e-6)
        // Texts 1 and 2 share an image: row 1 then meets 0.3 still, row 2 meets 0; column 1 meets 0.1, column 2 -0.2.
        let mask = try RetrievalLoss.sameImageMask([0, 1, 1])
        #expect(abs(try loss(.hardest, mask) - 0.2 / share) < 1e-6)
        #expect(abs(try loss(.all, mask) - all(Self.scores, [0, 1, 1]) / share) < 1e-6)
    }

    @Test func `every violating negative pulls, or the hardest of each query alone`() throws {
        func gradient(_ negatives: RetrievalLoss.Negatives) throws -> [Float] {
            let scores = try matrix([0.2, 0.1, 0.15, -1, 0.9, -1, -1, -1, 0.9])
            try scores.setRequiresGradient(true)
            try RetrievalLoss.triplet(scores, margin: 0.2, over: negatives, reduction: .sum).backward()
            return try #require(scores.gradient).array()
        }
        #expect(try gradient(.hardest) == [-1, 0, 1, 0, 0, 0, 0, 0, 0])
        #expect(try gradient(.all) == [-2, 1, 1, 0, 0, 0, 0, 0, 0])
    }

    /// Every hinge of every wrong pair, both ways.
    private func all(_ scores: [Float], _ images: [Int]) -> Double {
        var sum = 0.0
        for image in 0..<3 {
            for text in 0..<3 where images[image] != images[text] {
                let score = Double(scores[image * 3 + text])
                sum += max(0, 0.2 + score - Double(scores[image * 4]))
                sum += max(0, 0.2 + score - Double(scores[text * 4]))
            }
        }
        return sum
    }

    private func matrix(_ values: [Float]) throws -> Tensor {
        let size = Int(Double(values.count).squareRoot())
        return try Tensor(values, shape: [size, size])
    }

    /// Equations 3 and 5 in float64, term by term.
    private func formula(
        _ scores: [Float], _ negatives: [Float]?, tau: Double, images: [Int] = [0, 1, 2]
    ) -> Double {
        func score(_ image: Int, _ text: Int) -> Double { Double(scores[image * 3 + text]) }
        func counts(_ image: Int, _ text: Int) -> Bool { image == text || images[image] != images[text] }
        var total = 0.0
        for n in 0..<3 {
            var ofText = 0.0
            var ofImage = 0.0
            for m in 0..<3 {
                if counts(m, n) { ofText += exp(score(m, n) / tau) }
                if counts(n, m) { ofImage += exp(score(n, m) / tau) }
                if let negatives, Double(negatives[n * 3 + m]) <= score(n, n) {
                    ofImage += exp(Double(negatives[n * 3 + m]) / tau)
                }
            }
            total -= log(exp(score(n, n) / tau) / ofText) + log(exp(score(n, n) / tau) / ofImage)
        }
        return total / 3
    }
}

extension [Float] {
    fileprivate func adding(_ change: Float, at place: Int) -> [Float] {
        var changed = self
        changed[place] += change
        return changed
    }
}
