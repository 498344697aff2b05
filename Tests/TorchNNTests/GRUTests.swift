import Foundation
import Testing
import Torch
import TorchNN

@Suite struct GRUTests {
    @Test(arguments: [false, true])
    func `states are those of the equations, sequence by sequence`(_ isBidirectional: Bool) throws {
        let (gru, parameters) = try fresh(isBidirectional)
        let rows = try Tensor.normal([Self.lengths.reduce(0, +), 3], generator: Generator(seed: 5))
        let found: [Float] = try gru(rows, lengths: Self.lengths).array()
        let inputs = try rows.array(Float.self).map(Double.init)
        let values = try parameters.dictionary.mapValues { try $0.array(Float.self).map(Double.init) }
        var expected: [Double] = []
        var start = 0
        for length in Self.lengths {
            let sequence = (start..<start + length).map { Array(inputs[$0 * 3..<$0 * 3 + 3]) }
            let onward = states(values, "", sequence)
            let back = isBidirectional ? states(values, "_reverse", sequence.reversed()).reversed() : []
            for step in 0..<length { expected += onward[step] + (isBidirectional ? Array(back)[step] : []) }
            start += length
        }
        try #require(found.count == expected.count)
        #expect(zip(found, expected).allSatisfy { abs(Double($0) - $1) < 1e-6 })
    }

    @Test func `no sequence sees another one`() throws {
        let (gru, _) = try fresh(true)
        let rows = try Tensor.normal([Self.lengths.reduce(0, +), 3], generator: Generator(seed: 5))
        let together = try gru(rows, lengths: Self.lengths)
        var start = 0
        for length in Self.lengths {
            let range = start..<start + length
            let alone: [Float] = try gru(rows.sliced(0, range), lengths: [length]).array()
            let own: [Float] = try together.sliced(0, range).array()
            #expect(zip(alone, own).allSatisfy { abs($0 - $1) < 1e-6 })
            start += length
        }
    }

    @Test func `gradients are slopes`() throws {
        let (gru, parameters) = try fresh(true)
        let rows = try Tensor.normal([Self.lengths.reduce(0, +), 3], generator: Generator(seed: 5))
        let weights = try Tensor.normal([Self.lengths.reduce(0, +), 8], generator: Generator(seed: 6))
        func loss() throws -> Tensor { try (gru(rows, lengths: Self.lengths) * weights).sum() }
        try parameters.setRequiresGradient(true)
        try loss().backward()
        try parameters.setRequiresGradient(false)
        #expect(parameters.entries.count == 8)
        for (name, tensor) in parameters.entries {
            let gradient = try #require(tensor.gradient, "\(name)").array(Float.self)
            for entry in [0, gradient.count / 2, gradient.count - 1] {
                func moved(by step: Float) throws -> Double {
                    try tensor.withBytes { $0.bindMemory(to: Float.self)[entry] += step }
                    return try loss().item()
                }
                let slope = try (moved(by: 0.01) - moved(by: -0.02)) / 0.02
                _ = try moved(by: 0.01)
                #expect(abs(slope - Double(gradient[entry])) < 2e-3, "\(name)[\(entry)]")
            }
        }
    }

    @Test func `no sequences are refused`() throws {
        let (gru, _) = try fresh(false)
        #expect(throws: TorchError.self) { try gru(.zeros([0, 3]), lengths: []) }
    }

    static let lengths = [2, 5, 1, 5, 3]

    private func fresh(_ isBidirectional: Bool) throws -> (model: GRU, parameters: ParameterSet) {
        try ParameterStore.initialize(seed: 9) {
            try GRU($0, from: 3, to: 4, isBidirectional: isBidirectional)
        }
    }

    /// States of 4 numbers, from the equations in `GRU`'s documentation.
    private func states(_ values: [String: [Double]], _ way: String, _ inputs: [[Double]]) -> [[Double]] {
        func product(_ weight: String, _ bias: String, _ gate: Int, _ x: [Double]) -> [Double] {
            let (weights, biases) = (values[weight + way] ?? [], values[bias + way] ?? [])
            return (0..<4).map { unit in
                let row = gate * 4 + unit
                return x.indices.reduce(biases[row]) { $0 + weights[row * x.count + $1] * x[$1] }
            }
        }
        func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
        var h = [Double](repeating: 0, count: 4)
        return inputs.map { x in
            let (own, before) = (
                (0..<3).map { product("weight_ih_l0", "bias_ih_l0", $0, x) },
                (0..<3).map { product("weight_hh_l0", "bias_hh_l0", $0, h) }
            )
            h = (0..<4).map { unit in
                let r = sigmoid(own[0][unit] + before[0][unit])
                let z = sigmoid(own[1][unit] + before[1][unit])
                let n = tanh(own[2][unit] + r * before[2][unit])
                return (1 - z) * n + z * h[unit]
            }
            return h
        }
    }
}
