import AsCLBase
import Foundation

/// Region features in one HDF5 file, in either of two customs.
///
/// All images' regions in one dataset (`features` or `image_features`), `[images, regions, dimension]`, or
/// `[all regions, dimension]` with each image's first and last row in `pos_boxes`; the images' ids beside it. Or a
/// dataset an image, called by its id or its id and `_features`.
struct RegionHDF5: RegionSource {
    private static let featureNames = ["features", "image_features"]
    private static let idNames = ["image_id", "image_ids", "img_id", "img_ids", "ids"]

    /// Where an item's regions stand.
    private enum Place {
        /// Rows of the one dataset's first dimension.
        case rows(Range<Int>)
        case dataset(String)
    }

    let items: [RegionItem]
    let dimension: Int
    let form = "HDF5"
    let hasBoxes: Bool
    let hasConfidences = false
    let identity: String
    let notes: [String]
    private let file: HDF5File
    private let features: HDF5Dataset?
    /// Left, top, right, bottom as fractions in the first four columns.
    private let boxes: HDF5Dataset?
    private let places: [Place]

    /// Looks at every dataset's shape.
    init(path: String, progress: (_ done: Int, _ total: Int) -> Void) throws(InputError) {
        file = try HDF5File(path: path)
        identity = FileIdentity.of(path)
        let file = file
        let names = try file.names()
        func first(_ wanted: [String]) throws(InputError) -> HDF5Dataset? {
            guard let name = wanted.first(where: names.contains) else { return nil }
            return try file.dataset(name)
        }
        if let stacked = try first(Self.featureNames) {
            guard 2...3 ~= stacked.shape.count, stacked.elementType.hasPrefix("float"), let width = stacked.shape.last,
                width > 0
            else {
                throw stacked.wrong(
                    "floating-point [images, regions, dimension]", "\(stacked.elementType) \(stacked.shape)")
            }
            guard let ids = try first(Self.idNames) else {
                throw InputError(
                    path: path, expected: "the images' ids in \(Self.idNames.joined(separator: ", "))",
                    found: "\(Self.words(names)); in Python, h5py.File(path, \"a\")[\"image_id\"] = ids adds them")
            }
            let texts = try Self.texts(ids)
            let ranges = try Self.ranges(
                stacked, count: texts.count, positions: try file.dataset("pos_boxes"),
                counts: try file.dataset("num_boxes"))
            features = stacked
            dimension = width
            places = ranges.map { .rows($0.rows) }
            items = zip(texts, ranges).map { RegionItem(id: $0, regionCount: $1.regions) }
            boxes = try file.dataset("spatial_features")
            notes = Self.notes(stacked.elementType, hasPixels: boxes == nil && names.contains("image_bb"))
            progress(items.count, items.count)
        } else {
            var (items, places, width, type) = ([RegionItem](), [Place](), 0, "float32")
            let suffixed = names.filter { $0.hasSuffix("_features") }
            let own = suffixed.isEmpty ? names : suffixed
            for (index, name) in own.enumerated() {
                guard let dataset = try file.dataset(name), dataset.elementType.hasPrefix("float"),
                    dataset.shape.count == 2, let last = dataset.shape.last, last > 0, dataset.shape[0] > 0
                else {
                    throw InputError(
                        path: path, place: name,
                        expected: "regions [regions, dimension] of an image, or one dataset "
                            + Self.featureNames.joined(separator: " or "), found: "another kind")
                }
                if width == 0 { (width, type) = (last, dataset.elementType) }
                guard last == width else { throw dataset.wrong("\(width) columns as in \(own[0])", "\(dataset.shape)") }
                items.append(
                    RegionItem(
                        id: suffixed.isEmpty ? name : String(name.dropLast("_features".count)),
                        regionCount: dataset.shape[0]))
                places.append(.dataset(name))
                progress(index + 1, own.count)
            }
            guard width > 0 else { throw InputError(path: path, expected: "datasets of regions", found: "none") }
            (self.items, self.places, dimension) = (items, places, width)
            (features, boxes) = (nil, nil)
            notes = Self.notes(type, hasPixels: names.contains { $0.hasSuffix("_boxes") })
        }
        hasBoxes = boxes != nil
    }

    func regions(of item: Int) throws(InputError) -> ImageRegions {
        let count = items[item].regionCount
        switch places[item] {
        case .dataset(let name):
            guard let dataset = try file.dataset(name) else {
                throw InputError(path: file.path, place: name, expected: "a dataset", found: "none")
            }
            return ImageRegions(count: count, features: try dataset.floats(0..<count))
        case .rows(let rows):
            // Of an image's own rows those behind its number of regions are padding.
            let values = try features?.floats(rows).prefix(count * dimension) ?? []
            let corners = try boxes.map { (boxes) throws(InputError) in
                let width = boxes.shape.last ?? 0
                let values = try boxes.floats(rows)
                guard width >= 4, values.count >= count * width else { throw boxes.wrong("[..., 4]", "\(boxes.shape)") }
                return (0..<count).flatMap { values[$0 * width..<$0 * width + 4] }
            }
            return ImageRegions(count: count, features: Array(values), boxes: corners)
        }
    }

    func place(of item: Int) -> (path: String, place: String?) {
        switch places[item] {
        case .rows(let rows): (file.path, "rows \(rows)")
        case .dataset(let name): (file.path, name)
        }
    }

    /// The images' ids, whole numbers or text.
    private static func texts(_ ids: HDF5Dataset) throws(InputError) -> [String] {
        guard ids.elementType == "text" else { return try ids.integers().map(String.init) }
        var texts: [String] = []
        for row in 0..<(ids.shape.first ?? 0) { texts.append(try ids.text(row)) }
        return texts
    }

    /// Which rows of the first dimension are an image's, and how many regions it has.
    private static func ranges(
        _ features: HDF5Dataset, count: Int, positions: HDF5Dataset?, counts: HDF5Dataset?
    ) throws(InputError) -> [(rows: Range<Int>, regions: Int)] {
        if features.shape.count == 3 {
            guard features.shape[0] == count else {
                throw features.wrong("\(count) images, as many as ids", "\(features.shape)")
            }
            guard let counts = try counts?.integers() else {
                return (0..<count).map { ($0..<$0 + 1, features.shape[1]) }
            }
            guard counts.count == count, counts.allSatisfy({ 1...features.shape[1] ~= $0 }) else {
                throw features.wrong("num_boxes of \(count) images, from 1 to \(features.shape[1])", "others")
            }
            return (0..<count).map { ($0..<$0 + 1, counts[$0]) }
        }
        guard let positions = try positions?.integers(), positions.count == 2 * count else {
            throw features.wrong("[images, regions, dimension], or pos_boxes [\(count), 2]", "\(features.shape)")
        }
        var ranges: [(Range<Int>, Int)] = []
        for image in 0..<count {
            let (first, end) = (positions[2 * image], positions[2 * image + 1])
            guard 0 <= first, first < end, end <= features.shape[0] else {
                throw features.wrong(
                    "pos_boxes within 0 to \(features.shape[0])", "\(first) to \(end) of image \(image)")
            }
            ranges.append((first..<end, end - first))
        }
        return ranges
    }

    private static func notes(_ type: String, hasPixels: Bool) -> [String] {
        (type == "float32" ? [] : ["\(type) numbers are converted to float32"])
            + (hasPixels ? ["boxes in pixels are left out: the file does not tell the pictures' sizes"] : [])
    }

    private static func words(_ names: [String]) -> String { names.joined(separator: ", ").shownInOneLine }
}
