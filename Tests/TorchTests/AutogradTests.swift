import Testing
import Torch

@Suite struct AutogradTests {
    @Test func `backward gathers gradients`() throws {
        let x = try leaf([1, 2, 3])
        #expect(x.requiresGradient && x.gradient == nil)
        try (x * x).sum().backward()
        #expect(try values(x.gradient) == [2, 4, 6])
        try (x * 10).sum().backward()
        #expect(try values(x.gradient) == [12, 14, 16])
        try x.clearGradient()
        #expect(x.gradient == nil)
        try (x * x).backward(tensor([1, 0, 2], 3))
        #expect(try values(x.gradient) == [2, 0, 12])
        try x.setRequiresGradient(false)
        #expect(try !(x * x).requiresGradient)
    }

    @Test func `gradients are given for chosen inputs`() throws {
        let x = try leaf([1, 2]), y = try leaf([3, 4]), unused = try leaf([5])
        let product = try x * y
        let found = try Tensor.gradients(
            of: [product], weights: [tensor([1, 10], 2)], for: [y, unused, x], retainingGraph: true)
        #expect(try values(found[0]) == [1, 20])
        #expect(found[1] == nil)
        #expect(try values(found[2]) == [3, 40])
        #expect(x.gradient == nil, "nothing is gathered")
        let again = try Tensor.gradients(of: [product.sum()], for: [x])
        #expect(try values(again[0]) == [3, 4])
    }

    @Test func `what cannot be differentiated is an error`() throws {
        let x = try leaf([1, 2])
        #expect(try message { try (x * x).backward() }.hasPrefix("backward([2]): "))
        #expect(try message { try tensor([1], 1).backward() }.contains("does not require grad"))
        #expect(
            try message { _ = try Tensor.gradients(of: [tensor([1], 1)], for: [x]) }.hasPrefix("gradients([[2]]): "))
        let y = try (x * x).sum()
        try y.backward()
        #expect(try message { try y.backward() }.contains("second time"))
    }

    @Test func `no gradient flows through a clamp or a mask`() throws {
        let x = try leaf([-1, 1])
        try x.clamped(min: 0).sum().backward()
        #expect(try values(x.gradient) == [0, 1])
        try x.clearGradient()
        try x.filled(where: Tensor([false, true], shape: [2]), with: 0).sum().backward()
        #expect(try values(x.gradient) == [1, 0])
    }
}
