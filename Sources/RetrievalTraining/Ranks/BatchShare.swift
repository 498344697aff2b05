import Torch

/// Which of a batch's pairs have their texts computed here: all, or this process's share of them.
///
/// Every process has the batch's images and its own texts, so that a process's scores are columns of S. Gathered they are
/// the S of one process, of which each computes the whole loss; what flows back into its own columns is then all that
/// does, and the sum of the processes' gradients is that of one.
package struct BatchShare {
    /// The pairs whose texts are here.
    let pairs: Range<Int>
    /// Pairs of each process.
    private let counts: [Int]
    /// Nil where all texts are here.
    private let group: ProcessGroup?

    /// The share of a process of `group` in a batch. All have about as many words, since the slowest is who all wait for.
    /// - Parameter words: Of each pair's texts together, at least one.
    init(of words: [Int], in group: ProcessGroup?) {
        guard let group, Self.isShared(words.count, in: group) else {
            (pairs, counts, self.group) = (words.indices, [words.count], nil)
            return
        }
        let all = Self.parts(group.size, of: words)
        (pairs, counts, self.group) = (all[group.rank], all.map(\.count), group)
    }

    /// Whether processes share a batch of so many pairs. One of fewer pairs than processes each computes whole.
    static func isShared(_ pairs: Int, in group: ProcessGroup?) -> Bool {
        group.map { pairs >= $0.size } ?? false
    }

    /// So many neighbouring ranges, none of them empty, whose sums of `words` differ by as little as whole pairs allow.
    static func parts(_ count: Int, of words: [Int]) -> [Range<Int>] {
        let all = words.reduce(0, +)
        var (start, sum) = (0, 0)
        return (1...count).map { part in
            var end = start
            // Up to where the part's share ends, to the nearer side of the pair in which it does.
            while end < words.count - (count - part), end == start || 2 * sum + words[end] <= 2 * part * all / count {
                sum += words[end]
                end += 1
            }
            defer { start = end }
            return start..<end
        }
    }

    /// Whether others have the other pairs.
    var isShared: Bool { group != nil }

    /// The scores of all pairs' texts from those that are here. Differentiable.
    /// - Parameters:
    ///   - scores: `[images, sets * texts here]`, set after set.
    ///   - sets: How many sets of texts there are.
    /// - Returns: `[images, texts]` for each set.
    func whole(_ scores: Tensor, sets: Int) throws(TorchError) -> [Tensor] {
        let own = try scores.split([Int](repeating: pairs.count, count: sets), dimension: 1)
        guard group != nil else { return own }
        return try whole(own)
    }

    /// The same from a tensor a set.
    func whole(_ own: [Tensor]) throws(TorchError) -> [Tensor] {
        guard let group else { return own }
        // A row a text.
        let rows = try Tensor.stacked(own).permuted([2, 0, 1]).contiguous()
        let (pairs, counts) = (pairs, counts)
        let all = try Tensor.custom("gather", inputs: [rows]) { () throws(TorchError) in
            [try group.gathered(rows: rows, of: counts)]
        } backward: { gradients throws(TorchError) in
            [try gradients[0].map { gradient throws(TorchError) in try gradient.sliced(0, pairs) }]
        }[0]
        return try own.indices.map { set throws(TorchError) in try all.selected(1, set).transposed() }
    }
}
