import ArrayFiles
import AsCLBase
import Foundation

/// What a detector took the regions of a stem's images for: `<stem>_classes.npy` with, where they are there,
/// `<stem>_confidences.npy`, and the folder's `class_names.txt`, whose first line names class 0.
struct RegionLabelFiles: Sendable {
    private let classes: RegionNumberFile
    /// `[images, regions]`.
    let confidences: FeatureFile?
    private let names: [String]
    private let namesPath: String

    /// Opens the files and holds them to the number of images and regions; nil where there are no classes.
    init?(folder: String, stem: String, images: Int, regions: Int) throws(InputError) {
        let path = "\(folder)/\(stem)_classes.npy"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        classes = try RegionNumberFile(path: path, stem: stem, images: images, regions: regions)
        let confidencesPath = "\(folder)/\(stem)_confidences.npy"
        confidences =
            FileManager.default.fileExists(atPath: confidencesPath)
            ? try FeatureFile(path: confidencesPath, axes: ["images", "regions"]) : nil
        if let confidences, confidences.array.shape != [images, regions] {
            throw InputError(
                path: confidencesPath, place: "shape",
                expected: "\([images, regions]) as \(stem)\(FeatureSet.regionsSuffix) asks for",
                found: "\(confidences.array.shape)")
        }
        namesPath = "\(folder)/class_names.txt"
        names = try LineFile.read(namesPath, item: "class name")
    }

    /// How many classes there are.
    var classCount: Int { names.count }

    /// The labels of one row. A class without a name is an error.
    func labels(row: Int) throws(InputError) -> [RegionLabel] {
        let confidences = try confidences?.row(row)
        return try numbers(row: row).enumerated().map { RegionLabel(name: names[$1], confidence: confidences?[$0]) }
    }

    /// The classes of one row by number. One without a name is an error.
    func numbers(row: Int) throws(InputError) -> [Int] {
        try classes.row(row, below: names.count, "a class of 0 ..< \(names.count), the lines of \(namesPath)")
    }
}
