import AsCLBase
import Testing
import Torch

@testable import RetrievalModels

@Suite struct AgreementFilterTests {
    /// Pairs that agree so well.
    private func keys(_ agreements: [Float]) throws -> PairKeys {
        let images = try Tensor(agreements.flatMap { [$0, 0.5] }, shape: [agreements.count, 2])
        let texts = try Tensor(agreements.flatMap { _ in [1, 0] as [Float] }, shape: [agreements.count, 2])
        return PairKeys(images: images, texts: texts, owners: Array(agreements.indices))
    }

    @Test func `mean and variance follow slowly, the first as they are`() throws {
        let filter = try AgreementFilter(decay: 0.9)
        try filter.add(keys([0.2, 0.4]))
        #expect(try Plain.distance(filter.state, [[0.3, 0.01, 1]]) < 1e-6)
        try filter.add(keys([0.5, 0.9]))
        #expect(try Plain.distance(filter.state, [[0.9 * 0.3 + 0.1 * 0.7, 0.9 * 0.01 + 0.1 * 0.04, 2]]) < 1e-6)
    }

    @Test func `pairs two deviations below the mean go`() throws {
        let filter = try AgreementFilter(decay: 0.9)
        #expect(try filter.kept(keys([-1, 0, 1])) == [0, 1, 2], "nothing is known yet")
        try filter.add(keys([0.4, 0.6]))
        #expect(try filter.kept(keys([0.31, 0.29, 0.9, -0.5])) == [0, 2])
        // A step needs something to learn from.
        #expect(try filter.kept(keys([-0.5, -0.2, -0.9])) == [1])
    }

    /// With a share p exchanged they stand (1 - p) d below the mean of all, d below the others', whose deviations are small;
    /// two deviations of all are 2 d sqrt(p (1 - p)), so that nothing is found from a fifth on.
    @Test(arguments: [(2, 2), (8, 0)])
    func `exchanged captions are found while they are few`(_ exchanged: Int, _ found: Int) throws {
        let filter = try AgreementFilter(decay: 0.9)
        let batch = (0..<32).map { Float($0 < exchanged ? 0.1 : 0.6) + Float($0 % 5) * 0.01 }
        for _ in 0..<50 { try filter.add(keys(batch)) }
        #expect(try filter.kept(keys(batch)) == Array(found..<32))
    }

    @Test func `of pairs that all agree alike none goes`() throws {
        let filter = try AgreementFilter(decay: 0.99)
        for _ in 0..<300 {
            #expect(try filter.kept(keys([0.7, 0.7, 0.7])) == [0, 1, 2])
            try filter.add(keys([0.7, 0.7, 0.7]))
        }
    }
}
