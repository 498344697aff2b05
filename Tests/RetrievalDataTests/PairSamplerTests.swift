import Testing

@testable import RetrievalData

@Suite struct PairSamplerTests {
    @Test(arguments: [(10, 4, [4, 4, 2]), (9, 4, [4, 4]), (8, 4, [4, 4]), (3, 64, [3]), (1, 2, [])])
    func `an epoch sees every pair once`(pairs: Int, batchSize: Int, sizes: [Int]) {
        let sampler = PairSampler(pairCount: pairs, batchSize: batchSize, seed: 5)
        #expect(sampler.stepsPerEpoch == sizes.count)
        for epoch in 0..<3 {
            let batches = sampler.batches(epoch: epoch)
            #expect(batches.map(\.count) == sizes)
            let seen = batches.flatMap(\.self)
            #expect(Set(seen).count == seen.count)
            #expect(seen.allSatisfy { (0..<pairs).contains($0) })
            // Only a lone last pair may stay out.
            #expect(pairs - seen.count == (pairs % batchSize == 1 ? 1 : 0))
        }
    }

    @Test func `the order is a function of seed and epoch`() {
        let sampler = PairSampler(pairCount: 50, batchSize: 8, seed: 1)
        #expect(sampler.batches(epoch: 2) == PairSampler(pairCount: 50, batchSize: 8, seed: 1).batches(epoch: 2))
        #expect(sampler.batches(epoch: 2) != sampler.batches(epoch: 3))
        #expect(sampler.batches(epoch: 2) != PairSampler(pairCount: 50, batchSize: 8, seed: 2).batches(epoch: 2))
        #expect(sampler.batches(epoch: 0).flatMap(\.self) != Array(0..<50))
    }
}
