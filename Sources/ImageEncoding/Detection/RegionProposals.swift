import Torch

/// What a region proposal network said about the anchors of one map.
struct ProposalLevel: Sendable {
    let grid: AnchorGrid
    /// One an anchor, any increasing function of "something is here".
    let scores: [Float]
    /// Four an anchor.
    let deltas: [Float]
}

/// Which of a region proposal network's boxes go on (Ren et al. 2015, "Faster R-CNN").
struct ProposalRule: Sendable {
    /// Best boxes of each level that go into non-maximum suppression.
    var before: Int
    /// Boxes that come out of it, over all levels.
    var after: Int
    /// Intersection over union from which the lesser of two boxes goes.
    var overlap: Double
    var coding: BoxCoding
    /// Whether boxes that are too small go before the best are taken (Caffe) or after (torchvision).
    var dropsSmallFirst: Bool

    /// The boxes within a picture, by falling score; none where none is as large as `smallestSide`.
    func boxes(
        _ levels: [ProposalLevel], width: Int, height: Int, smallestSide: Float
    ) throws(TorchError) -> [Box] {
        let extent = coding.convention.extent
        let (x, y) = (Float(width) - extent, Float(height) - extent)
        func isLarge(_ box: Box) -> Bool {
            box.right - box.left + extent >= smallestSide && box.bottom - box.top + extent >= smallestSide
        }
        var boxes: [Box] = []
        var scores: [Float] = []
        var groups: [Int32] = []
        for (number, level) in levels.enumerated() {
            guard level.scores.allSatisfy(\.isFinite), level.deltas.allSatisfy({ !$0.isNaN }) else {
                throw TorchError(operation: "proposals", reason: "the network's scores are not finite")
            }
            func box(_ index: Int) -> Box {
                coding.decode(level.deltas, at: 4 * index, from: level.grid[index]).clipped(x, y)
            }
            var chosen: [(index: Int, box: Box)] = []
            if dropsSmallFirst {
                let large = level.scores.indices.lazy.map { (index: $0, box: box($0)) }.filter { isLarge($0.box) }
                let all = Array(large)
                chosen = try RegionKernels.top(before, of: all.map { level.scores[$0.index] }).map { all[$0] }
            } else {
                chosen = try RegionKernels.top(before, of: level.scores).map { ($0, box($0)) }
                    .filter { isLarge($0.box) }
            }
            boxes += chosen.map(\.box)
            scores += chosen.map { level.scores[$0.index] }
            groups += chosen.map { _ in Int32(number) }
        }
        let overlap = RegionKernels.Overlap(threshold: overlap, convention: coding.convention)
        return try RegionKernels.suppress(boxes, scores: scores, groups: groups, overlap: overlap, limit: after)
            .map { boxes[$0] }
    }
}
