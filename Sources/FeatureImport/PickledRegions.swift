import ArrayFiles
import AsCLBase

/// One image's regions as a pickled dictionary (`RegionPickles`). Valid only while its bytes are.
struct PickledRegions {
    private static let features = "features"
    private static let boxNames = ["boxes", "bbox"]
    private static let sizeNames = [("image_w", "image_h"), ("img_w", "img_h"), ("image_width", "image_height")]
    private static let confidences = "objects_conf"

    let regionCount: Int
    let dimension: Int
    /// Whether it says where in the picture the regions are.
    let hasBoxes: Bool
    let hasConfidences: Bool
    private let record: PickledRecord
    private let path: String
    private let boxName: String?
    /// Width and height of the picture in pixels.
    private let size: (width: Float, height: Float)?

    /// Reads what there is, and no array.
    /// - Parameter path: What to call it in errors.
    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(InputError) {
        let record = try PickledRecord(bytes, path: path)
        (self.record, self.path) = (record, path)
        boxName = Self.boxNames.first(where: record.names.contains)
        var size: (width: Float, height: Float)?
        for (width, height) in Self.sizeNames {
            guard let width = try record.integer(width), let height = try record.integer(height) else { continue }
            size = (Float(width), Float(height))
        }
        self.size = size
        hasBoxes = boxName != nil && size != nil
        hasConfidences = record.names.contains(Self.confidences)

        let shape = try Self.shape(Self.features, record)
        let stated = try record.integer("num_boxes")
        switch shape?.count {
        case 2?:
            // Rows behind the stated number are padding.
            (regionCount, dimension) = (min(stated ?? .max, shape?[0] ?? 0), shape?[1] ?? 0)
        case 1?:
            let boxes = try boxName.flatMap { (name) throws(InputError) in try Self.shape(name, record) } ?? []
            regionCount = stated ?? (boxes.count == 1 ? boxes[0] / 4 : boxes.first ?? 0)
            let count = shape?[0] ?? 0
            dimension = regionCount > 0 && count.isMultiple(of: regionCount) ? count / regionCount : 0
        default: (regionCount, dimension) = (0, 0)
        }
        guard regionCount > 0, dimension > 0 else {
            throw InputError(
                path: path, place: Self.features, expected: "[regions, dimension], or base64 of it beside num_boxes",
                found: shape.map { "\($0) numbers and \(regionCount) regions" }
                    ?? record.names.joined(separator: ", ").shownInOneLine)
        }
    }

    /// Reads the arrays.
    func regions() throws(InputError) -> ImageRegions {
        var boxes: [Float]?
        if let boxName, let size {
            let (values, shape) = try numbers(boxName)
            let width = shape.count == 2 ? shape[1] : 4
            guard width >= 4, values.count >= regionCount * width else {
                throw wrong(boxName, "[\(regionCount), 4]", "\(shape)")
            }
            boxes = (0..<4 * regionCount).map {
                values[$0 / 4 * width + $0 % 4] / ($0.isMultiple(of: 2) ? size.width : size.height)
            }
        }
        return ImageRegions(
            count: regionCount, features: try numbers(Self.features, atLeast: regionCount * dimension), boxes: boxes,
            confidences: hasConfidences ? try numbers(Self.confidences, atLeast: regionCount) : nil)
    }

    private func numbers(_ name: String, atLeast count: Int) throws(InputError) -> [Float] {
        let (values, shape) = try numbers(name)
        guard values.count >= count else { throw wrong(name, "\(count) numbers", "\(shape)") }
        return values.count == count ? values : Array(values[..<count])
    }

    private func numbers(_ name: String) throws(InputError) -> (values: [Float], shape: [Int]) {
        if let numbers = try record.numbers(name) { return (numbers.values, numbers.shape) }
        let decoded = try record.withText(name) { Base64Floats.decode(Base64Floats.unwrapped($0)) }
        guard let values = decoded ?? nil else { throw wrong(name, "an array or base64 of float32", "something else") }
        return (values, [values.count])
    }

    /// The shape of an array, or how many numbers base64 holds; nil where it is neither.
    private static func shape(_ name: String, _ record: PickledRecord) throws(InputError) -> [Int]? {
        if let shape = record.shape(name) { return shape }
        return (try record.withText(name) { Base64Floats.count(Base64Floats.unwrapped($0)) } ?? nil).map { [$0] }
    }

    private func wrong(_ name: String, _ expected: String, _ found: String) -> InputError {
        InputError(path: path, place: name, expected: expected, found: found)
    }
}
