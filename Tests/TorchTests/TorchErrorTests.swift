import Testing

@testable import Torch

/// One line with the operator, the shapes it was given and libtorch's reason.
@Suite struct TorchErrorTests {
    let a, b: Tensor

    init() throws {
        a = try .zeros([2, 3])
        b = try .zeros([4, 5])
    }

    @Test func `an error names the operator and the shapes`() throws {
        let (a, b) = (a, b)
        let narrow = try Tensor.zeros([5])
        let cases: [(expected: String, body: () throws -> Tensor)] = [
            ("matmul([2, 3], [4, 5]): ", { try a.matmul(b) }),
            ("add([2, 3], [4, 5]): ", { try a + b }),
            ("reshape([2, 3], [7]): ", { try a.reshaped([7]) }),
            ("cat([[2, 3], [4, 5]], 0): ", { try .concatenated([a, b]) }),
            ("stack([], 0): ", { try .stacked([]) }),
            ("split_with_sizes([2, 3], [1, 2], 0): ", { try a.split([1, 2])[0] }),
            ("einsum(\"ik,kj->ij\", [[2, 3], [4, 5]]): ", { try .einsum("ik,kj->ij", a, b) }),
            ("layer_norm([2, 3], [5], [5], [5]): ", { try a.layerNorm(narrow, narrow, epsilon: 1e-5) }),
            ("linear([2, 3], [4, 5]): ", { try a.linear(b) }),
            ("linear([2, 3], [4, 3], [5]): ", { try a.linear(.zeros([4, 3]), narrow) }),
            ("embedding([2, 3], [1]): ", { try a.embedding(Tensor([2], shape: [1])) }),
            ("index_select([4, 5], 0, [1]): ", { try b.indexSelect(Tensor([4], shape: [1])) }),
            ("empty([-1]): ", { try .empty([-1]) }),
            ("item([2, 3]): ", { try Tensor(Float(a.item())) }),
        ]
        for (expected, body) in cases {
            let line = try message { _ = try body() }
            #expect(line.hasPrefix(expected) && line.count > expected.count, "\(line)")
        }
    }

    @Test func `an error carries libtorch's reason`() throws {
        #expect(try message { _ = try a.matmul(b) }.contains("2x3 and 4x5"))
        #expect(try message { _ = try a + b }.contains("(3) must match the size of tensor b (5)"))
    }

    @Test func `a reason of several lines becomes one`() {
        let error = TorchError(operation: "sum([2])", reason: "one\ntwo\r\n\nthree\n")
        #expect(error.description == "sum([2]): one two three")
    }

    @Test func `values have to fill the shape`() throws {
        #expect(try message { _ = try tensor([1, 2, 3], 2, 2) } == "Tensor([2, 2]): expected 4 values, found 3")
    }

    @Test func `an array wants the element type that the tensor has`() throws {
        let whole = try Tensor([1, 2], shape: [2])
        #expect(try message { _ = try whole.array(Float.self) } == "array([2]): expected float32, found int64")
        #expect(try message { _ = try a.array(Double.self) } == "array([2, 3]): expected float64, found float32")
        #expect(try message { _ = try whole.array(Double.self) } == "array([2]): expected float64, found int64")
        #expect(try whole.array() == [1, 2])
    }

    @Test func `memory is lent only in C order`() throws {
        let turned = try a.transposed()
        #expect(!turned.isContiguous)
        #expect(
            try message { _ = try turned.withBytes { $0.count } } == "withBytes([3, 2]): expected a contiguous tensor")
        #expect(try turned.contiguous().withBytes { $0.count } == 24)
    }

    @Test func `an element type that is none of ours is named`() throws {
        let complex = Operator("complex")
        let line = try message { _ = try complex(.tensor(tensor([1], 1)), .tensor(tensor([2], 1))) }
        #expect(line.hasSuffix("found ComplexFloat on cpu"), "\(line)")
    }

    @Test func `a device that is none of ours is none`() {
        let meta: Int32 = 14 << 8 | 0xff  // c10::DeviceType
        #expect(Device(code: meta) == nil && Device(code: Device.cuda(3).code) == .cuda(3))
    }

    @Test func `a failure leaves the next call sound`() throws {
        _ = try message { _ = try a.matmul(b) }
        #expect(try values(Tensor.full([2], 3) * 2) == [6, 6])
    }
}
