import Torch

/// Every proposal of a picture with what a detector's head makes of it.
struct ScoredRegions {
    /// In the coordinates of the picture as the network saw it.
    let boxes: [Box]
    /// `[boxes, region dimension]`.
    let features: Tensor
    /// Probabilities `[boxes, classes]`, class 0 being the background.
    let probabilities: [Float]

    /// The regions of highest confidence, which is a region's greatest probability among the classes whose own
    /// non-maximum suppression kept it (Anderson et al. 2018, "Bottom-Up and Top-Down Attention"); a region that none
    /// kept comes last. Fewer regions than `count` repeat in turn.
    /// - Parameter toFractions: What turns a box into fractions of the picture.
    func mostConfident(
        _ count: Int, overlap: RegionKernels.Overlap, toFractions: (Box) -> Box
    ) throws(TorchError) -> DetectedRegions {
        guard try features.allFinite(), probabilities.allSatisfy(\.isFinite) else {
            throw TorchError(operation: "regions", reason: "the network's features or scores are not finite")
        }
        let confidences = try RegionKernels.confidences(boxes, scores: probabilities, firstClass: 1, overlap: overlap)
        let best = try RegionKernels.top(count, of: confidences)
        let chosen = (0..<count).map { best[$0 % best.count] }
        let classCount = probabilities.count / boxes.count
        let classes = chosen.map { region -> Int in
            let row = probabilities[region * classCount + 1..<(region + 1) * classCount]
            return row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 } - region * classCount
        }
        let rows = try Tensor(chosen, shape: [count]).to(device: features.device)
        return DetectedRegions(
            features: try features.indexSelect(rows).array(),
            boxes: chosen.map { toFractions(boxes[$0]).clipped(1, 1) },
            classes: classes.map(Int32.init),
            confidences: zip(chosen, classes).map { probabilities[$0 * classCount + $1] })
    }
}
