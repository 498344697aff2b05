import Foundation
import Testing
import Torch
import TorchNN

@Suite struct BatchNormTests {
    /// Three rows of two features: means 2 and 6, variances 2/3 and 8/3, of a sample 1 and 4.
    static let rows: [Float] = [1, 4, 2, 6, 3, 8]

    @Test func `a batch's own statistics serve in training, and a tenth of them is kept`() throws {
        let norm = try fresh()
        let found = try norm(rows(), isTraining: true)
        let first = 1 / (2.0 / 3 + 1e-5).squareRoot()
        let second = 2 / (8.0 / 3 + 1e-5).squareRoot()
        let expected = [-first, -second, 0, 0, first, second].enumerated().map { place, value in
            value * (place % 2 == 0 ? 2 : 3) + (place % 2 == 0 ? 5 : 7)
        }
        #expect(try largest(found, expected) < 1e-5)
        #expect(try largest(norm.runningMean, [0.2, 0.6]) < 1e-6)
        // The variance kept is a sample's, as in PyTorch.
        #expect(try largest(norm.runningVariance, [0.9 + 0.1, 0.9 + 0.4]) < 1e-6)
    }

    @Test func `the running statistics serve otherwise, stay as they are, and make a row's result its own`() throws {
        let norm = try fresh()
        try norm.runningMean.copy(from: Tensor([1, 2] as [Float], shape: [2]))
        try norm.runningVariance.copy(from: Tensor([4, 9] as [Float], shape: [2]))
        let found = try norm(rows(), isTraining: false)
        let deviations = [(4 + 1e-5).squareRoot(), (9 + 1e-5).squareRoot()]
        let expected = Self.rows.enumerated().map { place, value in
            let feature = place % 2
            return (Double(value) - [1, 2][feature]) / deviations[feature] * [2, 3][feature] + [5, 7][feature]
        }
        #expect(try largest(found, expected) < 1e-5)
        #expect(try norm.runningMean.array(Float.self) == [1, 2])
        #expect(try norm.runningVariance.array(Float.self) == [4, 9])
        let alone = try norm(rows().sliced(0, 1..<2), isTraining: false)
        #expect(try difference(alone, found.sliced(0, 1..<2)) == 0)
    }

    @Test(arguments: [true, false])
    func `gradients are slopes`(_ isTraining: Bool) throws {
        let weights = try Tensor([0.3, -1, 0.7, 0.2, 0.5, 1.1] as [Float], shape: [3, 2])
        func loss(_ x: Tensor) throws -> Tensor { try (fresh()(x, isTraining: isTraining) * weights).sum() }
        let x = try rows()
        try x.setRequiresGradient(true)
        try loss(x).backward()
        let gradient = try #require(x.gradient).array(Float.self)
        for place in 0..<6 {
            var moved = [Self.rows, Self.rows]
            moved[0][place] += 0.02
            moved[1][place] -= 0.02
            let values = try moved.map { try loss(Tensor($0, shape: [3, 2])).item() }
            #expect(abs(Double(gradient[place]) - (values[0] - values[1]) / 0.04) < 2e-3)
        }
    }

    @Test func `a single row has no statistics of its own`() throws {
        #expect(throws: TorchError.self) { try fresh()(rows().sliced(0, 0..<1), isTraining: true) }
    }

    private func rows() throws -> Tensor { try Tensor(Self.rows, shape: [3, 2]) }

    private func fresh() throws -> BatchNorm {
        let norm = try ParameterStore.initialize(seed: 1) { try BatchNorm($0, width: 2) }.model
        try norm.weight.copy(from: Tensor([2, 3] as [Float], shape: [2]))
        try norm.bias.copy(from: Tensor([5, 7] as [Float], shape: [2]))
        return norm
    }

    private func largest(_ found: Tensor, _ expected: [Double]) throws -> Double {
        let found = try found.array(Float.self).map(Double.init)
        try #require(found.count == expected.count)
        return zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    }
}
