import AsCLBase
import Foundation
import Torch

/// Patches to be guessed: 40 % of each image's, in blocks where they are the cells of a square grid (Bao et al.: BEiT, ICLR 2022),
/// else each for itself.
struct MaskedPatches {
    /// Their rows of `[images * K]`.
    private let places: Tensor
    /// v `[images, K, R]` with what is masked.
    let features: Tensor
    /// v `[places, R]` as it was.
    private let answers: Tensor
    /// The token of each, where the data says.
    private let told: [Int]?

    init(
        _ pairs: PairBatch, _ regions: JointRegions, _ generator: inout SeededGenerator
    ) throws(TorchError) {
        let whole = try regions.features(pairs.images)
        let (count, width) = (whole.shape[1], whole.shape[2])
        var chosen: [Int] = []
        for image in 0..<pairs.images.count { chosen += Self.chosen(of: count, &generator).map { image * count + $0 } }
        places = try Tensor(chosen, shape: [chosen.count]).to(device: whole.device)
        features = try regions.masking(whole, at: places)
        answers = try whole.reshaped([-1, width]).indexSelect(places)
        told = pairs.classes.map { classes in chosen.map { classes[$0] } }
    }

    /// Of states of all patches `[images, K, H]` those that are to be guessed from, `[places, H]`.
    func states(_ all: Tensor) throws(TorchError) -> Tensor {
        try all.reshaped([-1, all.shape[2]]).indexSelect(places)
    }

    /// The token of each patch, int64 `[places]`.
    func tokens(_ dictionary: RegionDictionary?) throws(TorchError) -> Tensor {
        if let dictionary { return try dictionary.nearest(answers) }
        guard let told else { throw TorchError(operation: "tokens", reason: "expected those of the regions") }
        return try Tensor(told, shape: [told.count]).to(device: answers.device)
    }

    /// Two fifths of an image's patches, ascending, one at least.
    static func chosen(of count: Int, _ generator: inout SeededGenerator) -> [Int] {
        let wanted = max(count * 2 / 5, 1)
        let side = Int(Double(count).squareRoot().rounded())
        var order = Array(0..<count)
        guard side * side == count, side > 1 else {
            generator.shuffle(&order)
            return order.prefix(wanted).sorted()
        }
        var chosen: Set<Int> = []
        for _ in 0..<attempts where chosen.count < wanted {
            // At least as large a part of the grid as BEiT's 16 of 196 patches; its sides' ratio from 0.3 to 1 / 0.3.
            let least = min(max(count / 12, 1), wanted - chosen.count)
            let area = Double(least) + generator.uniform() * Double(wanted - chosen.count - least)
            let ratio = exp((generator.uniform() * 2 - 1) * log(1 / 0.3))
            let height = min(max(Int((area * ratio).squareRoot().rounded()), 1), side)
            let width = min(max(Int((area / ratio).squareRoot().rounded()), 1), side)
            let (top, left) = (generator.below(side - height + 1), generator.below(side - width + 1))
            let block = (0..<height).flatMap { row in (0..<width).map { (top + row) * side + left + $0 } }
            // A block that would be too many is not taken.
            let larger = chosen.union(block)
            if larger.count <= wanted { chosen = larger }
        }
        generator.shuffle(&order)
        for patch in order where chosen.count < wanted { chosen.insert(patch) }
        return chosen.sorted()
    }

    private static let attempts = 20
}
