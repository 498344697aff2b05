import ArrayFiles
import AsCLBase

/// A mapped `.npy` file of whole numbers, one a region: int32 `[images, regions]`.
struct RegionNumberFile: Sendable {
    let path: String
    private let array: NumpyArray

    /// Opens the file and holds it to the number of images and regions of its stem's features.
    init(path: String, stem: String, images: Int, regions: Int) throws(InputError) {
        self.path = path
        array = try NumpyArray(path: path)
        guard array.elementType == .int32 else {
            throw InputError(
                path: path, place: "header", expected: "elements of int32",
                found: "\(array.elementType); in Python, np.save(path, np.load(path).astype(np.int32)) mends it")
        }
        guard array.shape == [images, regions] else {
            throw InputError(
                path: path, place: "shape",
                expected: "\([images, regions]) as \(stem)\(FeatureSet.regionsSuffix) asks for", found: "\(array.shape)"
            )
        }
    }

    /// The numbers of one row.
    /// - Parameters:
    ///   - bound: What all are below.
    ///   - expected: What they should be, for an error.
    func row(_ row: Int, below bound: Int, _ expected: @autoclosure () -> String) throws(InputError) -> [Int] {
        let count = array.shape[1]
        var numbers: [Int] = []
        for region in 0..<count {
            let number = withExtendedLifetime(array.file) {
                Int(array.bytes.loadUnaligned(fromByteOffset: (row * count + region) * 4, as: Int32.self))
            }
            guard (0..<bound).contains(number) else {
                throw InputError(
                    path: path, place: "row \(row), region \(region)", expected: expected(), found: "\(number)")
            }
            numbers.append(number)
        }
        return numbers
    }
}
