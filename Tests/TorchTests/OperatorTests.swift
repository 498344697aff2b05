import Foundation
import Testing
import Torch

/// Every operator by values worked out by hand.
@Suite struct OperatorTests {
    let m: Tensor  // [[1, 2, 3], [4, 5, 6]]

    init() throws { m = try tensor([1, 2, 3, 4, 5, 6], 2, 3) }

    func expect(
        _ found: Tensor, _ shape: [Int], _ expected: [Double], at place: SourceLocation = #_sourceLocation
    ) throws {
        #expect(found.shape == shape, sourceLocation: place)
        let found = try values(found)
        #expect(
            found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 },
            "\(found), not \(expected)", sourceLocation: place)
    }

    @Test func `tensors are created with the values asked for`() throws {
        try expect(.full([2], 1.5), [2], [1.5, 1.5])
        try expect(.zeros([2, 1]), [2, 1], [0, 0])
        try expect(Tensor(Float(3)), [], [3])
        #expect(try Tensor.range(3).array(Int64.self) == [0, 1, 2])
        #expect(try Tensor.zeros([1], dtype: .bfloat16).dtype == .bfloat16)
        #expect(try Tensor.empty([0, 4]).array(Float.self).isEmpty)
        #expect(try Tensor([true, false], shape: [2]).array() == [true, false])
        #expect(try Tensor([UInt8(200)], shape: [1]).array() == [UInt8(200)])
        #expect(try Tensor([Int32(-5)], shape: [1]).to(.int64).array() == [-5])
    }

    @Test func `arithmetic is element by element`() throws {
        let x = try tensor([1, 4], 2), y = try tensor([2, -8], 2)
        try expect(x + y, [2], [3, -4])
        try expect(x + 1, [2], [2, 5])
        try expect(x - y, [2], [-1, 12])
        try expect(1 - x, [2], [0, -3])
        try expect(x * y, [2], [2, -32])
        try expect(x * 3, [2], [3, 12])
        try expect(x / y, [2], [0.5, -0.5])
        try expect(x / 2, [2], [0.5, 2])
        try expect(-x, [2], [-1, -4])
        try expect(m + tensor([10, 20], 2, 1), [2, 3], [11, 12, 13, 24, 25, 26])
    }

    @Test func `functions are those of the formulas`() throws {
        let x = try tensor([-1, 0, 2], 3)
        try expect(x.exp(), [3], [M_E.pow(-1), 1, M_E.pow(2)])
        try expect(x.sigmoid(), [3], [1 / (1 + M_E), 0.5, 1 / (1 + M_E.pow(-2))])
        try expect(x.tanh(), [3], [Foundation.tanh(-1), 0, Foundation.tanh(2)])
        try expect(x.relu(), [3], [0, 0, 2])
        try expect(x.gelu(), [3], [-0.1586553, 0, 1.9544997])
        try expect(x.gelu(tanhApproximation: true), [3], [-0.1588080, 0, 1.9545977])
        try expect(x.clamped(min: -0.5), [3], [-0.5, 0, 2])
        try expect(tensor([1, 100], 2).log(), [2], [0, Foundation.log(100)])
        try expect(tensor([4, 9], 2).sqrt(), [2], [2, 3])
        #expect(try x.allFinite())
        #expect(try !tensor([1, .nan], 2).allFinite() && !tensor([-.infinity], 1).allFinite())
    }

    @Test func `comparisons and choices are element by element`() throws {
        let x = try tensor([1, 2, 3], 3), y = try tensor([3, 2, 1], 3)
        let greater = try x.greater(than: y), equal = try x.equals(y)
        #expect(try greater.array() == [false, false, true])
        #expect(try equal.array() == [false, true, false])
        #expect(try x.equals(3).array() == [false, false, true])
        #expect(try x.less(than: 2).array() == [true, false, false])
        #expect(try greater.or(equal).array() == [false, true, true])
        #expect(try greater.and(equal).array() == [false, false, false])
        #expect(try greater.not().array() == [true, true, false])
        try expect(x.where(greater, else: y), [3], [3, 2, 3])
        try expect(x.filled(where: equal, with: -7), [3], [1, -7, 3])
    }

    @Test func `products are those worked out by hand`() throws {
        try expect(m.matmul(m.transposed()), [2, 2], [14, 32, 32, 77])
        try expect(m.linear(tensor([1, 0, -1], 1, 3), tensor([0.5], 1)), [2, 1], [-1.5, -1.5])
        try expect(.einsum("ik,jk->j", m, m), [2], [14 + 32, 32 + 77])
    }

    @Test func `shapes change as asked`() throws {
        try expect(m.reshaped([3, -1]), [3, 2], [1, 2, 3, 4, 5, 6])
        try expect(m.transposed(0, 1), [3, 2], [1, 4, 2, 5, 3, 6])
        try expect(m.reshaped([1, 2, 3]).permuted([2, 0, 1]), [3, 1, 2], [1, 4, 2, 5, 3, 6])
        #expect(try m.unsqueezed(1).shape == [2, 1, 3])
        #expect(try m.unsqueezed(1).squeezed(1).shape == [2, 3])
        try expect(m.selected(1, 2), [2], [3, 6])
        try expect(tensor([1, 2], 2, 1).expanded([2, 2]), [2, 2], [1, 1, 2, 2])
        try expect(m.sliced(1, 1..<3), [2, 2], [2, 3, 5, 6])
        try expect(m.indexSelect(Tensor([1, 0, 1], shape: [3])), [3, 3], [4, 5, 6, 1, 2, 3, 4, 5, 6])
        try expect(m.replacing(Tensor([1], shape: [1]), with: .zeros([1, 3])), [2, 3], [1, 2, 3, 0, 0, 0])
        try expect(m.embedding(Tensor([1, 1], shape: [1, 2])), [1, 2, 3], [4, 5, 6, 4, 5, 6])
        try expect(m.sliced(1, 0..<2).diagonal(), [2], [1, 5])
        try expect(m.split([1, 2], dimension: 1)[1], [2, 2], [2, 3, 5, 6])
        #expect(try m.split([1, 1]).map(\.shape) == [[1, 3], [1, 3]])
        try expect(.concatenated([m, m.sliced(0, 0..<1)]), [3, 3], [1, 2, 3, 4, 5, 6, 1, 2, 3])
        try expect(.stacked([m.selected(0, 0), m.selected(0, 1)], dimension: 1), [3, 2], [1, 4, 2, 5, 3, 6])
        try expect(m.zerosLike(), [2, 3], [0, 0, 0, 0, 0, 0])
    }

    @Test func `reductions are along the dimension asked for`() throws {
        try expect(m.sum(), [], [21])
        try expect(m.sum(0), [3], [5, 7, 9])
        try expect(m.sum(0, 1), [], [21])
        try expect(m.sum(1, keepingDimensions: true), [2, 1], [6, 15])
        try expect(m.mean(), [], [3.5])
        try expect(m.mean(1), [2], [2, 5])
        try expect(m.maximum(1), [2], [3, 6])
        #expect(try tensor([1, 9, 3, 7, 5, 6], 2, 3).maximumIndex(1).array() == [1, 0])
        try expect(tensor([3, 4, 0, 5], 2, 2).norm(1), [2], [5, 5])
        try expect(.zeros([2]).logSumExp(0), [], [Foundation.log(2)])
        try expect(tensor([0, Float(Foundation.log(3.0))], 2).softmax(0), [2], [0.25, 0.75])
        try expect(tensor([3, 4, 0, 0], 2, 2).normalized(1), [2, 2], [0.6, 0.8, 0, 0])
    }

    @Test func `layers of networks are as worked out by hand`() throws {
        let one = try tensor([1, 1], 2), shift = try tensor([0, 10], 2)
        try expect(tensor([1, 3], 1, 2).layerNorm(one, shift, epsilon: 0), [1, 2], [-1, 11])
        try expect(.zeros([1, 4]).crossEntropy(labels: Tensor([2], shape: [1])), [], [Foundation.log(4)])
        let query = try Tensor.zeros([1, 1, 1, 2]), keys = try Tensor.zeros([1, 1, 2, 2])
        let places = try tensor([1, 2, 3, 4], 1, 1, 2, 2)
        try expect(query.attention(keys: keys, values: places, mask: nil), [1, 1, 1, 2], [2, 3])
        let mask = try Tensor([false, true], shape: [1, 1, 1, 2])
        try expect(query.attention(keys: keys, values: places, mask: mask), [1, 1, 1, 2], [3, 4])
    }

    @Test func `what is changed in place is seen by all that share it`() throws {
        let x = try m.cloned(), shared = x
        try x.copy(from: Tensor([6, 5, 4, 3, 2, 1], shape: [2, 3]))
        try expect(shared, [2, 3], [6, 5, 4, 3, 2, 1])
        try x.fill(2)
        try expect(shared, [2, 3], [2, 2, 2, 2, 2, 2])
        try expect(m, [2, 3], [1, 2, 3, 4, 5, 6])
    }
}

extension Double {
    fileprivate func pow(_ exponent: Double) -> Double { Foundation.pow(self, exponent) }
}
