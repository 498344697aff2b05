import Foundation
import Testing
import Torch

/// Who keeps memory, and until when.
@Suite struct MemoryTests {
    /// Two rows of foreign memory, and what shows whether their owner is still there.
    func wrapped() throws -> (tensor: Tensor, held: Weak) {
        final class Memory {
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 24, alignment: 4)
            let witness = Owner()
            init() { bytes.bindMemory(to: Float.self).update(repeating: 5) }
            deinit { bytes.deallocate() }
        }
        let memory = Memory()
        let tensor = try Tensor(
            wrapping: UnsafeRawBufferPointer(memory.bytes), shape: [2, 3], dtype: .float32, owner: memory)
        return (tensor, Weak(owner: memory.witness))
    }

    @Test func `foreign memory lives as long as a tensor of it`() throws {
        var view: Tensor?
        let held: Weak
        do {
            let (tensor, witness) = try wrapped()
            held = witness
            view = try tensor.selected(0, 1)
        }
        #expect(held.owner != nil)
        #expect(try values(view) == [5, 5, 5])
        view = nil
        #expect(held.owner == nil)
    }

    @Test func `no call keeps its arguments`() throws {
        let held: Weak
        do {
            let (tensor, witness) = try wrapped()
            held = witness
            let parts = try tensor.split([1, 1])
            _ = try Tensor.concatenated(parts).matmul(tensor.transposed())
            _ = try Tensor.stacked([tensor, tensor]).linear(tensor, nil)
            _ = try Tensor.einsum("ik,jk->ij", tensor, tensor)
            _ = try tensor.array(Float.self)
            try Tensor.zeros([2, 3]).copy(from: tensor)
            #expect(throws: TorchError.self) { try Tensor.concatenated([tensor, .zeros([1])]) }
            #expect(throws: TorchError.self) { try tensor.matmul(tensor) }
        }
        #expect(held.owner == nil)
    }

    @Test func `a graph keeps its inputs, and no longer than it lives`() throws {
        let held: Weak
        do {
            let (tensor, witness) = try wrapped()
            held = witness
            let weight = try leaf([1, 2, 3])
            let total = try (tensor * weight).sum()
            try total.backward()
            #expect(try values(weight.gradient) == [10, 10, 10])
            _ = try Tensor.gradients(of: [(tensor * weight).sum()], for: [weight])
        }
        #expect(held.owner == nil)
    }

    @Test func `wrong sizes are refused and keep nothing`() throws {
        let held: Weak
        do {
            let owner = Owner()
            held = Weak(owner: owner)
            let bytes = [UInt8](repeating: 0, count: 8)
            let line = try bytes.withUnsafeBytes { bytes in
                try message { _ = try Tensor(wrapping: bytes, shape: [3], dtype: .float32, owner: owner) }
            }
            #expect(line == "Tensor(wrapping: [3]): expected 12 bytes, found 8")
        }
        #expect(held.owner == nil)
    }

    /// 20,000 calls that each make 64 KB would leave more than a gigabyte behind; tests that run beside this one take
    /// less than the half of it.
    @Test func `memory does not grow with calls`() throws {
        let x = try Tensor.full([128, 128], 0.5)
        try x.setRequiresGradient(true)
        func round() throws {
            let parts = try (x + x).split([64, 64])
            try Tensor.concatenated(parts).sum().backward()
            try x.clearGradient()
            _ = try? x.matmul(parts[0])
        }
        try round()
        let before = try residentBytes()
        for _ in 0..<5_000 { try round() }
        #expect(try residentBytes() - before < 500_000_000)
    }

    private func residentBytes() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return try #require(Int(fields[1])) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
