import Testing
import Torch
import TorchNN

/// Against PyTorch's formula written out: conv2d, then batch norm, addition and activation one after the other.
@Suite struct ConvolutionTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var kernel = 3, stride = 1, padding = 1, dilation = 1, groups = 1
        var isNormalized = true, hasBias = false
        var testDescription: String {
            "\(kernel) \(stride) \(padding) \(dilation) \(groups) \(isNormalized) \(hasBias)"
        }
    }

    static let cases = [
        Case(), Case(stride: 2), Case(padding: 2, dilation: 2), Case(kernel: 1, stride: 2, padding: 0),
        Case(groups: 2), Case(groups: 4, isNormalized: false, hasBias: true), Case(hasBias: true),
        Case(isNormalized: false), Case(kernel: 7, padding: 3),
    ]

    func random(_ shape: [Int], _ low: Double, _ high: Double, _ generator: Generator) throws -> Tensor {
        try .uniform(shape, low, high, generator: generator)
    }

    @Test(arguments: cases)
    func `folded and fused layers give the same`(_ test: Case) throws { try check(test, on: .cpu, tolerance: 1e-4) }

    /// cuDNN's convolutions round to TF32 as they do in PyTorch.
    @Test(.enabled(if: Device.cudaCount > 0, "no CUDA card"), arguments: cases)
    func `folded layers give the same on a card`(_ test: Case) throws { try check(test, on: .cuda(0), tolerance: 0.1) }

    func check(_ test: Case, on device: Device, tolerance: Double) throws {
        let random = try Generator(seed: 3)
        var tensors = [
            "conv.weight": try self.random([8, 4 / test.groups, test.kernel, test.kernel], -1, 1, random)
        ]
        if test.hasBias { tensors["conv.bias"] = try self.random([8], -1, 1, random) }
        if test.isNormalized {
            for name in ["weight", "bias", "running_mean"] {
                tensors["bn.\(name)"] = try self.random([8], -1, 1, random)
            }
            tensors["bn.running_var"] = try self.random([8], 0.5, 2, random)
            tensors["bn.num_batches_tracked"] = try Tensor([7], shape: [])
        }
        let convolution = try ParameterStore.load(tensors, from: "test", device: device) {
            try Convolution(
                $0 / "conv", from: 4, to: 8, kernel: test.kernel, stride: test.stride, padding: test.padding,
                dilation: test.dilation, groups: test.groups, bias: test.hasBias,
                normalizedBy: test.isNormalized ? $0 / "bn" : nil, epsilon: 0.01)
        }.model
        let x = try self.random([2, 4, 9, 7], -1, 1, random)
        let window = ConvolutionWindow(
            stride: test.stride, padding: test.padding, dilation: test.dilation, groups: test.groups)
        var expected = try x.convolution(#require(tensors["conv.weight"]), tensors["conv.bias"], window)
        if test.isNormalized {
            func channel(_ name: String) throws -> Tensor { try #require(tensors["bn.\(name)"]).reshaped([8, 1, 1]) }
            expected = try (expected - channel("running_mean")) / (channel("running_var") + 0.01).sqrt()
            expected = try expected * channel("weight") + channel("bias")
        }
        let beside = try self.random(expected.shape, -8, 8, random)
        let sum = try expected + beside
        // relu6(x) = relu(x) - relu(x - 6)
        let relu6 = try sum.relu() - (sum + -6).relu()
        func expect(adding: Tensor?, _ activation: Activation, _ expected: Tensor) throws {
            let adding = try adding?.cloned().to(device: device)
            let found = try convolution(x.to(device: device), adding: adding, activation: activation)
            #expect(found.shape == expected.shape)
            #expect(try difference(found.to(device: .cpu), expected) < tolerance, "\(activation)")
        }
        try expect(adding: nil, .none, expected)
        try expect(adding: nil, .relu, expected.relu())
        try expect(adding: nil, .relu6, expected.relu() - (expected + -6).relu())
        try expect(adding: beside, .none, sum)
        try expect(adding: beside, .relu, sum.relu())
        try expect(adding: beside.channelsLast(), .relu6, relu6)
    }
}
