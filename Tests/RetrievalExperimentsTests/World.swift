import Foundation
import RetrievalData
import RetrievalFixtures
import RetrievalTraining
import Torch

@testable import RetrievalExperiments

/// Three random splits, a tiny text encoder and a configuration of a few steps.
struct World {
    let folder: ScratchFolder
    var base = TrainingConfiguration()
    var output: String { folder.path + "/experiments" }

    init(testImages: Int = 24, regions: Int = 3) throws {
        folder = try ScratchFolder()
        for (seed, name, images) in [(3, "train", 8), (4, "val", 4), (5, "test", testImages)] {
            var data = TinyData(images: images, captionsPerImage: 2)
            data.seed = UInt64(seed)
            data.regions = regions
            try data.write(name, to: folder)
        }
        try TinyTextEncoder.write(to: folder.path + "/bert", dropout: 0)
        try base.apply(overrides: [
            "model.joint_dimension=16", "model.heads=2", "text_encoder.path=\(folder.path)/bert", "training.epochs=1",
            "training.batch_size=4",
        ])
    }

    func runner(
        launch: ExperimentRunner.Launch? = nil, report: @escaping (String) -> Void = { _ in }
    ) throws -> ExperimentRunner {
        let dataset = try Dataset(path: folder.path)
        return try ExperimentRunner(
            folder: output, base: base, splits: ExperimentSplits(base, dataset, test: "test"), device: .cpu,
            report: report, launch: launch)
    }

    func run(_ variants: [Variant], seeds: Range<Int> = 0..<1) throws -> ExperimentRunner {
        let runner = try runner()
        _ = try runner.run(variants, seeds: seeds)
        return runner
    }

    static let diverging = Variant("diverging", "diverging", Variant.full.overrides + ["training.learning_rate=1e30"])
}

/// The result of a variant that has to be finished.
func result(_ runner: ExperimentRunner, _ variant: Variant, seed: Int = 0) throws -> RunResult? {
    guard case .finished(let result) = try runner.outcome(variant, seed: seed) else { return nil }
    return result
}
