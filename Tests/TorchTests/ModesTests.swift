import Testing
import Torch

/// Modes hold inside their braces only, however those are left.
@Suite struct ModesTests {
    struct Stop: Error {}

    @Test func `being without gradients ends with its body`() throws {
        let x = try leaf([1])
        #expect(try withoutGradients { try !(x * 2).requiresGradient })
        #expect(try (x * 2).requiresGradient)
        #expect(throws: Stop.self) { try withoutGradients { throw Stop() } }
        #expect(try (x * 2).requiresGradient)
        let outer = try withoutGradients {
            withoutGradients {}
            return try x * 2
        }
        #expect(!outer.requiresGradient, "the outer one still holds")
    }

    @Test func `inference mode ends with its body`() throws {
        let x = try leaf([1])
        let made = try inferenceMode { try x * 2 }
        #expect(!made.requiresGradient)
        #expect(throws: Stop.self) { try inferenceMode { throw Stop() } }
        #expect(try (x * 2).requiresGradient)
        #expect(try message { _ = try x * made }.hasPrefix("mul([1], [1]): Inference tensors cannot be saved"))
    }

    @Test func `autocast gives bfloat16 products in its body only`() throws {
        let x = try Tensor.full([2, 2], 1.0 / 3)
        let inside = try autocast(.bfloat16) { try x.matmul(x) }
        #expect(inside.dtype == .bfloat16)
        #expect(try values(inside).allSatisfy { abs($0 - 2.0 / 9) < 1e-3 && $0 != 2.0 / 9 })
        #expect(try autocast(.bfloat16) { try x.linear(x) }.dtype == .bfloat16)
        #expect(try x.matmul(x).dtype == .float32)
        #expect(throws: Stop.self) { try autocast(.bfloat16) { throw Stop() } }
        #expect(try x.matmul(x).dtype == .float32)
        let outer = try autocast(.bfloat16) {
            try autocast(.float16) {}
            return try x.matmul(x)
        }
        #expect(outer.dtype == .bfloat16, "the outer one still holds")
    }

    @Test func `gradients of autocast products have the parameter's type`() throws {
        let weight = try Tensor.full([2, 2], 0.5)
        try weight.setRequiresGradient(true)
        try autocast(.bfloat16) { try weight.matmul(weight).to(.float32).sum() }.backward()
        #expect(weight.gradient?.dtype == .float32)
        #expect(try values(weight.gradient) == [2, 2, 2, 2])
    }

    @Test func `threads are counted`() throws {
        let before = Torch.threadCount
        defer { try? Torch.setThreadCount(before) }
        try Torch.setThreadCount(1)
        #expect(Torch.threadCount == 1)
        #expect(try message { try Torch.setThreadCount(0) }.hasPrefix("setThreadCount(0): "))
        #expect(Torch.threadCount == 1)
    }

    @Test func `the version is the one built for`() { #expect(Torch.version.hasPrefix("2.13.")) }
}
