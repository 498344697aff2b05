import Synchronization
import Torch

/// Replaces parameters' gradients by the sums of all processes', a few parameters at a time: what the backward pass has
/// finished is on its way while it goes on.
final class GradientSum: Sendable {
    /// Parameters that are summed together.
    private struct Bucket: Sendable {
        /// Their places in the list of all.
        let members: [Int]
        /// Where each one's values begin, and where all end.
        let starts: [Int]
        /// Their values, behind each other, then for each of them how many processes have a gradient.
        let values: Tensor

        init(_ members: [Int], of parameters: [Tensor]) throws(TorchError) {
            var starts = [0]
            for index in members { starts.append(starts[starts.count - 1] + parameters[index].count) }
            values = try .zeros([starts[members.count] + members.count])
            (self.members, self.starts) = (members, starts)
        }

        /// The place of a member's mark behind all values.
        func mark(_ member: Int) -> Int { starts[members.count] + member }
    }

    private struct State {
        var isCollecting = false
        /// Gradients that each bucket waits for.
        var missing: [Int] = []
        /// Which parameters' gradients are in their bucket.
        var isHere: [Bool] = []
        /// Of the first buckets, in their order, which is the same everywhere.
        var sums: [ProcessGroup.Sum] = []
    }

    /// Values of a bucket, about: enough that a sum's latency does not count, few enough that the first is early.
    private static let bucketSize = 1 << 20

    private let group: ProcessGroup
    private let parameters: [Tensor]
    /// Whether a parameter's gradient is whole in every process: then process 0's counts.
    private let isWhole: [Bool]
    private let buckets: [Bucket]
    private let placeOf: [(bucket: Int, member: Int)]
    private let state = Mutex(State())

    /// - Parameters:
    ///   - parameters: In the order of the forward pass, about: the last one's gradient comes first.
    ///   - whole: Those that every process has the whole gradient of.
    init(_ parameters: [Tensor], whole: [Tensor], in group: ProcessGroup) throws(TorchError) {
        let all = whole + parameters
        (self.group, self.parameters) = (group, all)
        isWhole = all.indices.map { $0 < whole.count }
        var members: [[Int]] = []
        var places = all.map { _ in (bucket: 0, member: 0) }
        var count = Self.bucketSize
        for index in all.indices.reversed() {
            if count >= Self.bucketSize { (members, count) = (members + [[]], 0) }
            places[index] = (members.count - 1, members[members.count - 1].count)
            members[members.count - 1].append(index)
            count += all[index].count
        }
        buckets = try members.map { members throws(TorchError) in try Bucket(members, of: all) }
        placeOf = places
        for (index, parameter) in all.enumerated() {
            try parameter.onGradient { [weak self] () throws(TorchError) in try self?.collect(index) }
        }
    }

    /// From now on each gradient is taken as soon as the backward pass, of which there is one, has finished it.
    func begin() {
        state.withLock { state in
            state = State()
            state.isCollecting = true
            state.missing = buckets.map(\.members.count)
            state.isHere = parameters.map { _ in false }
        }
    }

    private func collect(_ index: Int) throws(TorchError) {
        guard let gradient = parameters[index].gradient else { return }
        try state.withLock { (state) throws(TorchError) in
            guard state.isCollecting else { return }
            try put(gradient, index, counts: true)
            state.isHere[index] = true
            state.missing[placeOf[index].bucket] -= 1
            while state.sums.count < buckets.count, state.missing[state.sums.count] == 0 {
                try send(&state)
            }
        }
    }

    private func send(_ state: inout State) throws(TorchError) {
        state.sums.append(try group.beginSum(buckets[state.sums.count].values))
    }

    /// Lays a gradient into its bucket; nil is none.
    /// - Parameter counts: Whether it is a part of the sum, or only known to be there.
    private func put(_ gradient: Tensor?, _ index: Int, counts: Bool) throws(TorchError) {
        let (place, member) = placeOf[index]
        let bucket = buckets[place]
        try withoutGradients { () throws(TorchError) in
            let own = try bucket.values.sliced(0, bucket.starts[member]..<bucket.starts[member + 1])
            let mark = bucket.mark(member)
            try bucket.values.sliced(0, mark..<mark + 1).fill(gradient == nil ? 0 : 1)
            if let gradient, counts, !isWhole[index] || group.rank == 0 {
                try own.copy(from: gradient.detached().reshaped([-1]))
            } else {
                try own.fill(0)
            }
        }
    }

    /// Sums what is not on its way yet, waits for all, and puts the sums into the gradients' place. A parameter that has no
    /// gradient in any process has none then.
    /// - Parameter counts: Whether this process's gradients are a part of the sum. All or none are on their way before.
    func finish(counts: Bool = true) throws(TorchError) {
        try state.withLock { (state) throws(TorchError) in
            for index in parameters.indices where !state.isCollecting || !state.isHere[index] {
                try put(parameters[index].gradient, index, counts: counts)
            }
            while state.sums.count < buckets.count { try send(&state) }
            for (bucket, sum) in zip(buckets, state.sums) {
                try sum.wait()
                try take(bucket)
            }
            state = State()
        }
    }

    private func take(_ bucket: Bucket) throws(TorchError) {
        let marks = try bucket.values.sliced(0, bucket.mark(0)..<bucket.mark(bucket.members.count)).array(Float.self)
        for (member, index) in bucket.members.enumerated() {
            let parameter = parameters[index]
            guard marks[member] > 0 else {
                try parameter.clearGradient()
                continue
            }
            let sum = try bucket.values.sliced(0, bucket.starts[member]..<bucket.starts[member + 1])
            try parameter.setGradient(sum.reshaped(parameter.shape).to(device: parameter.device))
        }
    }
}
