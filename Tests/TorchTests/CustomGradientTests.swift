import Synchronization
import Testing
import Torch

/// Functions whose gradient is written in Swift.
@Suite struct CustomGradientTests {
    let x, y: Tensor

    init() throws {
        x = try leaf([1, 2])
        y = try leaf([3, 4])
    }

    /// x y and x + y, with the gradient of the product times `factor`, so that it is seen to be this one.
    func outputs(factor: Double, _ see: @escaping @Sendable ([Tensor?]) -> Void = { _ in }) throws -> [Tensor] {
        let (x, y) = (x, y)
        return try Tensor.custom("product_and_sum", inputs: [x, y]) { () throws(TorchError) in
            let product = try x * y
            #expect(!product.requiresGradient, "forward runs unrecorded")
            return [product, try x + y]
        } backward: { gradients throws(TorchError) in
            see(gradients)
            let zero = try x.detached().zerosLike()
            let product = try (gradients[0] ?? zero) * factor, sum = gradients[1] ?? zero
            return [try product * y.detached() + sum, try product * x.detached() + sum]
        }
    }

    @Test func `the written gradient is used`() throws {
        let outputs = try outputs(factor: 10)
        #expect(try values(outputs[0]) == [3, 8] && values(outputs[1]) == [4, 6])
        #expect(outputs.allSatisfy { $0.requiresGradient })
        try (outputs[0] * 2 + outputs[1]).sum().backward()
        #expect(try values(x.gradient) == [61, 81])
        #expect(try values(y.gradient) == [21, 41])
    }

    @Test func `a written gradient agrees with libtorch's`() throws {
        let weights = try tensor([0.5, -3], 2)
        let outputs = try outputs(factor: 1)
        let own = try Tensor.gradients(of: [(outputs[0] * outputs[1] * weights).sum()], for: [x, y])
        let expected = try Tensor.gradients(of: [(x * y * (x + y) * weights).sum()], for: [x, y])
        for (own, expected) in zip(own, expected) { #expect(try values(own) == values(expected)) }
    }

    @Test func `an output that is not used has no gradient`() throws {
        let seen = Mutex<[[Bool]]>([])
        let outputs = try outputs(factor: 1) { gradients in seen.withLock { $0.append(gradients.map { $0 == nil }) } }
        try outputs[1].sum().backward()
        #expect(seen.withLock { $0 } == [[true, false]], "called once")
        #expect(try values(x.gradient) == [1, 1])
    }

    @Test func `an input may get no gradient`() throws {
        let (x, y) = (x, y)
        let outputs = try Tensor.custom("left", inputs: [x, y]) { () throws(TorchError) in
            [try x * y]
        } backward: {
            [$0[0], nil]
        }
        try outputs[0].sum().backward()
        #expect(try values(x.gradient) == [1, 1])
        #expect(y.gradient == nil)
    }

    @Test func `an error inside reaches the caller`() throws {
        let x = x
        func double() throws(TorchError) -> [Tensor] { [try x * 2] }
        let failing = try Tensor.custom("fragile", inputs: [x], forward: double) { _ throws(TorchError) in
            throw TorchError(operation: "mine", reason: "no luck")
        }
        #expect(try message { try failing[0].sum().backward() }.contains("gradient of fragile: mine: no luck"))
        #expect(x.gradient == nil)
        let short = try Tensor.custom("short", inputs: [x], forward: double) { _ in [] }
        #expect(try message { try short[0].sum().backward() }.contains("short: expected 1 gradients, found 0"))
        let forward = try message {
            _ = try Tensor.custom("never", inputs: [x]) { () throws(TorchError) in
                throw TorchError(operation: "there", reason: "none")
            } backward: {
                $0
            }
        }
        #expect(forward == "there: none")
    }

    @Test func `a kept graph is differentiated twice`() throws {
        let total = try outputs(factor: 1)[0].sum()
        try total.backward(retainingGraph: true)
        try total.backward()
        #expect(try values(x.gradient) == [6, 8])
        #expect(try message { try total.backward() }.contains("second time"))
    }

    @Test func `what a written gradient holds goes with the graph`() throws {
        func make(_ input: Tensor) throws -> (output: Tensor, held: Weak) {
            let owner = Owner()
            let outputs = try Tensor.custom("holding", inputs: [input]) { () throws(TorchError) in
                [try input * 2]
            } backward: {
                withExtendedLifetime(owner) {}
                return $0
            }
            return (outputs[0], Weak(owner: owner))
        }
        var kept: Tensor?
        let held: Weak
        (kept, held) = try make(x)
        #expect(held.owner != nil && kept?.requiresGradient == true)
        kept = nil
        #expect(held.owner == nil)
        let unrecorded = try make(x.detached())
        #expect(unrecorded.held.owner == nil && !unrecorded.output.requiresGradient)
    }
}
