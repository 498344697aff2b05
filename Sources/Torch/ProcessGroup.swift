import AsCLBase
import CTorch
import Foundation

/// Processes that compute one thing together: c10d's Gloo group. All call the same of its methods in the same order, from
/// one thread at a time. Tensors on other devices travel through the CPU's memory.
package final class ProcessGroup: @unchecked Sendable {
    /// This process's number, from 0.
    package let rank: Int
    /// How many processes there are.
    package let size: Int
    private let handle: CTGroup

    /// Takes over a group that was joined.
    init(_ handle: CTGroup, rank: Int, size: Int) {
        (self.handle, self.rank, self.size) = (handle, rank, size)
    }

    /// Ends the membership, once all is done. Without this call it goes with the process: after an error, others may be
    /// gone, and nobody can wait for them.
    package func leave() { ct_group_leave(handle) }

    /// How long a call waits for the other processes, in seconds.
    func setLimit(_ seconds: Double) { ct_group_set_limit(handle, seconds) }

    /// A sum that is under way.
    package final class Sum: @unchecked Sendable {
        private let handle: CTWork
        private let group: ProcessGroup

        fileprivate init(_ handle: CTWork, _ group: ProcessGroup) { (self.handle, self.group) = (handle, group) }

        deinit { ct_work_release(handle) }

        /// Waits for it.
        package func wait() throws(TorchError) { try group.check(ct_work_wait(handle)) }
    }

    /// Begins to replace a tensor of the CPU by the sum of all processes'. The order of the sum depends on the number of
    /// processes alone, and all get the same bits. Until `wait` nobody may touch the tensor.
    package func beginSum(_ tensor: Tensor) throws(TorchError) -> Sum {
        var work: CTWork?
        try check(withExtendedLifetime(tensor) { ct_group_sum(handle, tensor.handle, &work) })
        guard let work else { throw TorchError(operation: name, reason: "no result of a sum") }
        return Sum(work, self)
    }

    /// The sum of all processes' numbers.
    package func sum(_ number: Int) throws(TorchError) -> Int {
        let tensor = try Tensor([Int64(number)], shape: [1])
        try beginSum(tensor).wait()
        return Int(try tensor.array(Int64.self)[0])
    }

    /// All processes' tensors, which have one shape.
    package func gathered(_ own: Tensor) throws(TorchError) -> [Tensor] {
        let source = try own.detached().to(device: .cpu).contiguous()
        var handles = [CTTensor?](repeating: nil, count: size)
        try check(withExtendedLifetime(source) { ct_group_gather(handle, source.handle, &handles) })
        let all = try Tensor.owning(handles).compactMap(\.self)
        return try all.map { tensor throws(TorchError) in try tensor.to(device: own.device) }
    }

    /// All processes' rows, those of process 0 first; each knows how many every one has.
    package func gathered(rows: Tensor, of counts: [Int]) throws(TorchError) -> Tensor {
        let most = counts.max() ?? 0
        var own = rows
        if counts[rank] < most {
            let missing = try Tensor.zeros(
                [most - counts[rank]] + rows.shape.dropFirst(), dtype: rows.dtype, device: rows.device)
            own = try .concatenated([rows, missing])
        }
        let all = try gathered(own)
        return try .concatenated(
            zip(all, counts).map { rows, count throws(TorchError) in try rows.sliced(0, 0..<count) })
    }

    /// All processes' texts.
    package func gathered(_ text: String) throws(TorchError) -> [String] {
        let own = Array(text.utf8)
        let counts = try gathered(Tensor([Int64(own.count)], shape: [1])).map { tensor throws(TorchError) in
            Int(try tensor.array(Int64.self)[0])
        }
        let all = try gathered(rows: Tensor(own, shape: [own.count]), of: counts).array(UInt8.self)
        var start = 0
        return counts.map { count in
            defer { start += count }
            return String(decoding: all[start..<start + count], as: UTF8.self)
        }
    }

    /// Overwrites tensors with those of process 0.
    package func share(_ tensors: [Tensor]) throws(TorchError) {
        for tensor in tensors {
            let copy = try tensor.detached().to(device: .cpu).contiguous()
            try check(withExtendedLifetime(copy) { ct_group_broadcast(handle, copy.handle) })
            if rank > 0 { try withoutGradients { () throws(TorchError) in try tensor.copy(from: copy) } }
        }
    }

    private var name: String { "rank \(rank) of \(size)" }

    private func check(_ status: CTStatus) throws(TorchError) {
        guard status != 0 else { return }
        let reason = TorchError.last(name).reason
        let isLate = reason.localizedCaseInsensitiveContains("timed out")
        // Gloo begins with the place in its sources, and may end with advice.
        let told = reason.trimmingPrefix(/\[[^\]]*\]\s/)
        let first = told.range(of: ". ").map { told[..<$0.lowerBound] } ?? told
        throw TorchError(
            operation: name,
            reason: "expected the other ranks to go on, found one that "
                + (isLate ? "does not answer" : "has ended or cannot be reached") + " (\(first))")
    }
}
