import Testing
import Torch

/// The same seed, the same values.
@Suite struct RandomTests {
    func normal(_ generator: Generator) throws -> [Float] { try Tensor.normal([100], generator: generator).array() }

    @Test func `a generator follows its seed`() throws {
        let first = try Generator(seed: 7), second = try Generator(seed: 7), other = try Generator(seed: 8)
        let values = try normal(first)
        #expect(try values == normal(second))
        #expect(try values != normal(other))
        #expect(try normal(first) != values, "the sequence goes on")
        #expect(try normal(first) != normal(second), "and each by itself")
        let large = try Generator(seed: .max), beside = try Generator(seed: .max - 1)
        #expect(try normal(large) != normal(beside))
    }

    @Test func `the distributions are the ones named`() throws {
        let generator = try Generator(seed: 1)
        let normal = try Tensor.normal([10_000], generator: generator)
        #expect(try abs(normal.mean().item()) < 0.05)
        #expect(try abs((normal * normal).mean().item() - 1) < 0.05)
        let uniform: [Float] = try Tensor.uniform([10_000], -2, 6, generator: generator).array()
        #expect(uniform.allSatisfy { $0 >= -2 && $0 < 6 })
        #expect(abs(uniform.reduce(0, +) / 10_000 - 2) < 0.1)
        #expect(try Tensor.normal([1], generator: generator, dtype: .float64).dtype == .float64)
    }

    @Test func `dropout follows the process's seed`() throws {
        let ones = try Tensor.full([1000], 1)
        func dropped(_ seed: UInt64) throws -> [Float] {
            Torch.seed(seed)
            return try ones.dropout(0.25).array()
        }
        // Tests beside this one may draw from the same generator between the two lines above, but not every time.
        #expect(try (0..<50).contains { _ in try dropped(3) == dropped(3) })
        #expect(try dropped(3) != dropped(4))
        let values = try dropped(3)
        #expect(values.allSatisfy { $0 == 0 || abs($0 - 4.0 / 3) < 1e-6 })
        #expect((150..<350).contains(values.count { $0 == 0 }))
        #expect(try ones.dropout(0).array() == [Float](repeating: 1, count: 1000))
    }
}
