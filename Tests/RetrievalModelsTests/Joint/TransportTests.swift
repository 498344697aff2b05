import Testing
import Torch

@testable import RetrievalModels

@Suite struct TransportTests {
    private let lengths = [4, 2, 3]

    private func random(_ shape: [Int], seed: UInt64) throws -> Tensor {
        try .normal(shape, generator: Generator(seed: seed))
    }

    private func plain(_ words: Tensor, _ regions: Tensor, _ pair: Int) throws -> (cost: [[Double]], plan: [[Double]]) {
        let own = try Plain.rows(words.selected(0, pair).sliced(0, 0..<lengths[pair]))
        let cost = try Plain.cost(own, Plain.rows(regions.selected(0, pair)))
        return (cost, Plain.plan(cost))
    }

    @Test func `distances are those of a plain loop, whatever stands where padding is`() throws {
        let (words, regions) = (try random([3, 4, 6], seed: 1), try random([3, 5, 6], seed: 2))
        let found = try Transport.distances(words, regions, lengths: lengths).array(Float.self)
        for pair in 0..<3 {
            let (cost, plan) = try plain(words, regions, pair)
            let expected = plan.enumerated().flatMap { k, row in row.enumerated().map { $1 * cost[$0][k] } }.reduce(
                0, +)
            #expect(abs(Double(found[pair]) - expected) < 1e-5)
        }
    }

    @Test func `every word gives its whole share, and regions get about theirs`() throws {
        let (words, regions) = (try random([1, 4, 6], seed: 1), try random([1, 5, 6], seed: 2))
        let cost = try 1 - regions.normalized(-1).matmul(words.normalized(-1).transposed())
        let plan = try Plain.rows(Transport.plan(cost, .full([1, 4], 0.25)).selected(0, 0))
        for word in 0..<4 { #expect(abs(plan.map { $0[word] }.reduce(0, +) - 0.25) < 1e-6) }
        for row in plan { #expect(abs(row.reduce(0, +) - 0.2) < 0.01) }
    }

    @Test func `equal sets are next to each other`() throws {
        let words = try random([1, 4, 16], seed: 1)
        let moved = try words.indexSelect(Tensor([2, 0, 3, 1], shape: [4]), dimension: 1)
        #expect(try Transport.distances(words, moved, lengths: [4]).item() < 0.01)
        #expect(try Transport.distances(words, random([1, 4, 16], seed: 2), lengths: [4]).item() > 0.3)
    }

    @Test func `what is no number stays none`() throws {
        let words = try random([2, 4, 6], seed: 1)
        let regions = try random([2, 5, 6], seed: 2)
        let broken = try Tensor.concatenated([
            regions.sliced(0, 0..<1), Tensor.full([1, 5, 6], .nan),
        ])
        let found = try Transport.distances(words, broken, lengths: [4, 2]).array(Float.self)
        #expect(found[0].isFinite && found[1].isNaN)
    }
}
