import ArrayFiles
import Foundation
import Testing
import Torch
import TorchNN

/// The net of `scripts/make_goldens.py`, trained here as PyTorch trained it there: 20 steps, norm clipped to 2.
@Suite struct SmallNetTests {
    struct SmallNet {
        let first, second: Linear
        let norm: LayerNorm

        init(_ scope: ParameterScope) throws {
            first = try Linear(scope / "fc1", from: 8, to: 16)
            norm = try LayerNorm(scope / "norm", width: 16)
            second = try Linear(scope / "fc2", from: 16, to: 4)
        }

        func callAsFunction(_ x: Tensor) throws -> Tensor { try second(norm(first(x)).gelu()) }
    }

    /// Recorded and found agree to this, absolutely; on the recording machine they agree to about the last bit.
    static let tolerance: Float = 2e-6

    let recorded: [String: Tensor]

    init() throws {
        let path = try #require(
            Bundle.module.path(forResource: "small_net", ofType: "safetensors", inDirectory: "Resources"))
        recorded = try TensorFiles.load(SafetensorsFile(path: path))
    }

    func under(_ prefix: String) -> [String: Tensor] {
        let found = recorded.filter { $0.key.hasPrefix(prefix) }
        return Dictionary(uniqueKeysWithValues: found.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    }

    @Test func `losses and weights are those of PyTorch`() throws {
        let threads = Torch.threadCount
        defer { try? Torch.setThreadCount(threads) }
        try Torch.setThreadCount(1)
        let input = try #require(recorded["input"]), labels = try #require(recorded["labels"])
        let (net, parameters) = try ParameterStore.load(under("initial."), from: "recorded") { try SmallNet($0) }
        try parameters.setRequiresGradient(true)
        let adam = try Adam([Adam.Group(parameters)])
        var losses: [Float] = [], norms: [Double] = []
        for _ in 0..<20 {
            let loss = try net(input).crossEntropy(labels: labels)
            losses.append(Float(try loss.item()))
            try loss.backward()
            norms.append(try #require(try adam.step(learningRate: 1e-2, clippingNormTo: 2)).item())
        }
        #expect(norms.contains { $0 > 2 } && norms.contains { $0 < 2 }, "the clip has to matter, and not always")
        #expect(try largestDifference(losses, recorded["losses"]) < Self.tolerance)
        let final = under("final.")
        #expect(parameters.entries.count == 6 && final.count == 6)
        for (name, tensor) in parameters.entries {
            #expect(try largestDifference(tensor.detached().array(), final[name]) < Self.tolerance, "\(name)")
        }
    }

    func largestDifference(_ found: [Float], _ expected: Tensor?) throws -> Float {
        let expected: [Float] = try #require(expected).array()
        try #require(found.count == expected.count)
        return zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
    }
}
