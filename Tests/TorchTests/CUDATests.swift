import Testing
import Torch

@Suite(.enabled(if: Device.cudaCount > 0, "no CUDA card that this libtorch can use"))
struct CUDATests {
    let card = Device.cuda(0)

    @Test func `tensors move to the card and back`() throws {
        let x = try tensor([1, 2, 3, 4], 2, 2)
        let there = try x.to(device: card)
        #expect(there.device == card && x.device == .cpu)
        let product = try there.matmul(there)
        #expect(product.device == card)
        #expect(try values(product) == [7, 10, 15, 22])
        #expect(try product.to(device: .cpu).device == .cpu)
        #expect(try Tensor.full([2], 3, device: card).device == card)
        #expect(try message { _ = try x.matmul(there) }.hasPrefix("matmul([2, 2], [2, 2]): "))
        #expect(try message { _ = try there.withBytes { $0.count } }.hasPrefix("withBytes([2, 2]): "))
    }

    @Test func `a written gradient runs on the card`() throws {
        let x = try tensor([1, 2], 2).to(device: card)
        try x.setRequiresGradient(true)
        let outputs = try Tensor.custom("fivefold", inputs: [x]) { () throws(TorchError) in
            [try x * 3]
        } backward: { gradients throws(TorchError) in
            [try gradients[0].map { gradient throws(TorchError) in try gradient * 5 }]
        }
        try outputs[0].sum().backward()
        #expect(try values(x.gradient) == [5, 5])
    }

    @Test func `a generator on the card follows its seed`() throws {
        func normal(_ seed: UInt64) throws -> [Double] {
            try values(.normal([10], generator: Generator(seed: seed, device: card)))
        }
        #expect(try normal(1) == normal(1))
        #expect(try normal(1) != normal(2))
    }

    @Test func `the card has bfloat16 products`() throws {
        let x = try Tensor.full([2, 2], 1, device: card)
        #expect(try autocast(.bfloat16, on: card) { try x.matmul(x) }.dtype == .bfloat16)
        #expect(try x.matmul(x).dtype == .float32)
    }
}
