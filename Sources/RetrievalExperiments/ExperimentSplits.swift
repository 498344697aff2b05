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
    /// - Parameters:
    ///   - name: The split to report. Where it is also that of validation, the images that validation leaves are reported.
    ///   - testImages: How many images of it are evaluated, from the first; 0 takes all.
    package init(
        _ base: TrainingConfiguration, _ dataset: Dataset, test name: String, testImages: Int = 0
    ) throws {
        path = dataset.path
        (train, validation) = try base.splits(of: dataset)
        let whole = try dataset.split(name)
        // What a validation on the first images of a split leaves of it has had no part in anything.
        let isLeft = name == base.data.validationSplit && validation.imageCount < whole.imageCount
        guard name != base.data.trainSplit, name != base.data.validationSplit || isLeft else {
            throw InputError(
                path: dataset.path, place: "split", expected: "one that neither trains nor chooses checkpoints",
                found: name)
        }
        let first = isLeft ? validation.imageCount : 0
        let left = whole.imageCount - first
        guard testImages <= left else {
            throw InputError(
                path: dataset.path, place: "images of \(name)\(isLeft ? " that do not choose checkpoints" : "")",
                expected: "at most \(left)", found: "\(testImages)")
        }
        let images = first..<first + (testImages == 0 ? left : testImages)
        test = images.count == whole.imageCount ? whole : whole.subset(images: Array(images))
        let (cases, omitted) = try Self.cases(of: whole, dataset)
        probe = cases.filter { images.contains($0.image) }.map { $0.of(image: $0.image - first) }
        notices = base.notices(train, validation) + [test].omissions + omitted
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
