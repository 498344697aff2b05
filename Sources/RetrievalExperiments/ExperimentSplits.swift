import AsCLBase
import Foundation
package import RetrievalData
package import RetrievalEvaluation
import RetrievalModels
package import RetrievalTraining

/// The data of an experiment: what is trained on, what chooses checkpoints, what is reported.
package struct ExperimentSplits: Sendable {
    /// The data's path.
    package let path: String
    /// Trained on.
    package let train: RetrievalSplit
    /// Chooses each run's checkpoint.
    package let validation: RetrievalSplit
    /// Reported.
    package let test: RetrievalSplit
    /// Cases of the asymmetry probe on `test`.
    package let probe: [ProbeCase]
    /// What has to be told of the data, a line each.
    package let notices: [String]

    /// Opens the splits that the base configuration names and the one to report.
    /// - Parameter testImages: How many images of `test` are evaluated, from the first; 0 takes all.
    package init(
        _ base: TrainingConfiguration, _ dataset: Dataset, test name: String, testImages: Int = 0
    ) throws {
        path = dataset.path
        (train, validation) = try base.splits(of: dataset)
        guard name != base.data.trainSplit, name != base.data.validationSplit else {
            throw InputError(
                path: dataset.path, place: "split", expected: "one that neither trains nor chooses checkpoints",
                found: name)
        }
        let whole = try dataset.split(name)
        guard testImages <= whole.imageCount else {
            throw InputError(
                path: dataset.path, place: "images of \(name)", expected: "at most \(whole.imageCount)",
                found: "\(testImages)")
        }
        test = testImages == 0 ? whole : whole.subset(images: Array(0..<testImages))
        let (cases, left) = try Self.cases(of: whole, dataset)
        probe = cases.filter { [test] in $0.image < test.imageCount }
        notices = base.notices(train, validation) + [test].omissions + left
    }

    /// The cases that come with the data, or else those that its captions give; and what of the data's is left out.
    private static func cases(of split: RetrievalSplit, _ dataset: Dataset) throws -> ([ProbeCase], [String]) {
        let path = "\(dataset.path)/\(split.name)_probe.json"
        guard FileManager.default.fileExists(atPath: path) else {
            return (CaptionProbe.cases(for: split, seed: 0), [])
        }
        let reading = try ProbeCase.read(path, split: split)
        return (reading.cases, reading.notices(path, split))
    }

    /// What tells data apart: sizes, and digests of the captions and the features.
    /// - Parameter files: Digests of files known from before.
    func identity(_ files: inout FileDigests) throws -> [String: String] {
        var identity: [String: String] = [:]
        for (role, split) in [("train", train), ("validation", validation), ("test", test)] {
            identity["data.\(role)"] =
                "\(split.imageCount) images of \(split.name) with \(split.captions.count) captions "
                + "(\(split.captionsDigest)), regions \(split.regionCount) x \(split.regionDimension), globals "
                + "\(split.globalDimension) (\(try split.featuresDigest(&files)))"
        }
        return identity
    }
}
