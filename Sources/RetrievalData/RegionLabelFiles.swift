import ArrayFiles
import AsCLBase
import Foundation

/// What a detector took the regions of a stem's images for: `<stem>_classes.npy` with, where they are there,
/// `<stem>_confidences.npy`, and the folder's `class_names.txt`, whose first line names class 0.
struct RegionLabelFiles: Sendable {
    /// int32 `[images, regions]`.
    private let classes: NumpyArray
    /// `[images, regions]`.
    let confidences: FeatureFile?
    private let names: [String]
    private let namesPath: String

    /// Opens the files and holds them to the number of images and regions; nil where there are no classes.
    init?(folder: String, stem: String, images: Int, regions: Int) throws(InputError) {
        let path = "\(folder)/\(stem)_classes.npy"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let shape = [images, regions]
        func check(_ found: [Int], _ path: String) throws(InputError) {
            guard found != shape else { return }
            throw InputError(
                path: path, place: "shape", expected: "\(shape) as \(stem)\(FeatureSet.regionsSuffix) asks for",
                found: "\(found)")
        }
        classes = try NumpyArray(path: path)
        guard classes.elementType == .int32 else {
            throw InputError(
                path: path, place: "header", expected: "elements of int32",
                found: "\(classes.elementType); in Python, np.save(path, np.load(path).astype(np.int32)) mends it")
        }
        try check(classes.shape, path)
        let confidencesPath = "\(folder)/\(stem)_confidences.npy"
        confidences =
            FileManager.default.fileExists(atPath: confidencesPath)
            ? try FeatureFile(path: confidencesPath, axes: ["images", "regions"]) : nil
        if let confidences { try check(confidences.array.shape, confidencesPath) }
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
        let count = classes.shape[1]
        var numbers: [Int] = []
        for region in 0..<count {
            let number = withExtendedLifetime(classes.file) {
                Int(classes.bytes.loadUnaligned(fromByteOffset: (row * count + region) * 4, as: Int32.self))
            }
            guard names.indices.contains(number) else {
                throw InputError(
                    path: classes.path, place: "row \(row), region \(region)",
                    expected: "a class of 0 ..< \(names.count), the lines of \(namesPath)", found: "\(number)")
            }
            numbers.append(number)
        }
        return numbers
    }
}
