import AsCLBase
import Torch

/// Regions to be guessed, some of each image's.
struct MaskedRegions: Sendable {
    /// Their rows of `[images * K]`.
    let places: Tensor
    /// v `[images, K, R]` with what is masked.
    let features: Tensor
    /// v `[places, R]` as it was.
    let answers: Tensor
    /// The class or token of each, where the data says.
    private let told: [Int]?

    /// - Parameter choosing: Which of an image's so many regions; 15 % by default, one at least.
    init(
        _ pairs: PairBatch, _ regions: JointRegions, _ generator: inout SeededGenerator,
        choosing choose: (Int, inout SeededGenerator) -> [Int] = { WordMasking.chosen(0..<$0, &$1) }
    ) throws(TorchError) {
        let whole = try regions.features(pairs.images)
        let (count, width) = (whole.shape[1], whole.shape[2])
        var chosen: [Int] = []
        for image in 0..<pairs.images.count { chosen += choose(count, &generator).map { image * count + $0 } }
        places = try Tensor(chosen, shape: [chosen.count]).to(device: whole.device)
        features = try regions.masking(whole, at: places)
        answers = try whole.reshaped([-1, width]).indexSelect(places)
        told = pairs.classes.map { classes in chosen.map { classes[$0] } }
    }

    /// Of states of all regions `[images, K, H]` those that are to be guessed from, `[places, H]`.
    func states(_ all: Tensor) throws(TorchError) -> Tensor {
        try all.reshaped([-1, all.shape[2]]).indexSelect(places)
    }

    /// The class or token of each region, int64 `[places]`.
    func classes(_ dictionary: RegionDictionary?) throws(TorchError) -> Tensor {
        if let dictionary { return try dictionary.nearest(answers) }
        guard let told else { throw TorchError(operation: "classes", reason: "expected those of the regions") }
        return try Tensor(told, shape: [told.count]).to(device: answers.device)
    }
}
