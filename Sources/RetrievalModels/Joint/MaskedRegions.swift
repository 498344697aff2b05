import AsCLBase
import Torch

/// Regions to be guessed: 15 % of each image's, one at least.
struct MaskedRegions: Sendable {
    /// Their rows of `[images * K]`.
    let places: Tensor
    /// v `[images, K, R]` with what is masked.
    let features: Tensor
    /// v `[places, R]` as it was.
    let answers: Tensor
    /// A detector's class of each, where the data says.
    private let detected: [Int]?

    init(
        _ pairs: PairBatch, _ regions: JointRegions, _ generator: inout SeededGenerator
    ) throws(TorchError) {
        let whole = try regions.features(pairs.images)
        let (count, width) = (whole.shape[1], whole.shape[2])
        var chosen: [Int] = []
        for image in 0..<pairs.images.count {
            chosen += WordMasking.chosen(image * count..<(image + 1) * count, &generator)
        }
        places = try Tensor(chosen, shape: [chosen.count]).to(device: whole.device)
        features = try regions.masking(whole, at: places)
        answers = try whole.reshaped([-1, width]).indexSelect(places)
        detected = pairs.classes.map { classes in chosen.map { classes[$0] } }
    }

    /// Of states of all regions `[images, K, H]` those that are to be guessed from, `[places, H]`.
    func states(_ all: Tensor) throws(TorchError) -> Tensor {
        try all.reshaped([-1, all.shape[2]]).indexSelect(places)
    }

    /// The class of each region, int64 `[places]`.
    func classes(_ dictionary: RegionDictionary?) throws(TorchError) -> Tensor {
        if let dictionary { return try dictionary.nearest(answers) }
        guard let detected else {
            throw TorchError(operation: "classes", reason: "expected a detector's classes of the regions")
        }
        return try Tensor(detected, shape: [detected.count]).to(device: answers.device)
    }
}
