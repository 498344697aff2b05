import ArrayFiles
import AsCLBase
import Foundation

/// An `.npz` or `.npy` an image: files in folders, named by the image's id, or values of an LMDB database.
///
/// An `.npz` has the regions under one of several customary names, and may have boxes and confidences; an `.npy` is the
/// regions. They are `[regions, dimension]`, or `[height, width, dimension]` of a grid. A folder of vectors
/// (`[dimension]`) is read the same, with one region an image.
struct RegionArrays: RegionSource {
    /// Members that hold the regions, by custom: the first that is there counts.
    private static let regionNames = ["features", "feat", "att", "x", "z", "arr_0"]
    /// Boxes in pixels, with the members that tell the picture's size.
    private static let pixelBoxNames = ["bbox", "boxes"]
    private static let sizeNames = [("image_w", "image_h"), ("width", "height")]

    /// What an `.npz` has beside the regions.
    private struct Members: Equatable {
        var regions: String
        var fractions: String?
        var pixels: String?
        var size: [String]?
        var confidences: String?
    }

    let items: [RegionItem]
    let dimension: Int
    let form: String
    let hasBoxes: Bool
    let hasConfidences: Bool
    let identity: String
    let notes: [String]
    private let arrays: [ArrayBytes]
    private let members: Members?

    /// Reads the headers of files.
    init(
        paths: [String], isOfVectors: Bool = false, progress: (_ done: Int, _ total: Int) -> Void
    ) throws(InputError) {
        // The files' own times would take as long as reading their headers again.
        try self.init(
            paths.map(ArrayBytes.init(path:)), form: "folders of .npz or .npy files", isOfVectors: isOfVectors,
            identity: "", progress: progress)
    }

    /// Reads every array's header.
    /// - Parameters:
    ///   - isOfVectors: Whether each is to be a vector instead of regions.
    ///   - identity: What tells the source from others, beside the paths and sizes.
    ///   - progress: Called with the arrays that are passed, and all there are.
    init(
        _ arrays: [ArrayBytes], form: String, isOfVectors: Bool, identity: String,
        progress: (_ done: Int, _ total: Int) -> Void
    ) throws(InputError) {
        var (items, dimension, members) = ([RegionItem](), 0, Members?.none)
        var types: Set<String> = []
        var digest = Digest()
        digest.add(identity)
        for (index, array) in arrays.enumerated() {
            let path = array.path
            let (layout, own) = try Self.layout(array)
            if index == 0 { members = own }
            if own != members {
                throw InputError(
                    path: path, expected: "what \(arrays[0].path) has, \(Self.words(members))", found: Self.words(own))
            }
            let shape = layout.shape
            guard isOfVectors ? shape.count == 1 : 2...3 ~= shape.count, shape.allSatisfy({ $0 > 0 }),
                let width = shape.last
            else {
                throw InputError(
                    path: path, place: "shape",
                    expected: isOfVectors ? "[dimension]" : "[regions, dimension]",
                    found: "\(shape)"
                        + (shape.count == 1 && !isOfVectors ? "; vectors of images are for --globals" : ""))
            }
            if dimension == 0 { dimension = width }
            guard width == dimension else {
                throw InputError(
                    path: path, place: "shape", expected: "\(dimension) columns as in \(arrays[0].path)",
                    found: "\(shape)")
            }
            if layout.elementType != .float32 { types.insert("\(layout.elementType)") }
            let item = RegionItem(id: array.id, regionCount: shape.dropLast().reduce(1, *))
            items.append(item)
            digest.add("\(path) \(item.regionCount)")
            progress(index + 1, arrays.count)
        }
        guard dimension > 0 else { throw InputError(expected: "at least one .npz or .npy file", found: "none") }
        (self.items, self.dimension, self.members, self.arrays, self.form) = (items, dimension, members, arrays, form)
        hasBoxes = members?.fractions != nil || members?.pixels != nil
        hasConfidences = members?.confidences != nil
        notes = types.sorted().map { "\($0) numbers are converted to float32" }
        self.identity = digest.description
    }

    func regions(of item: Int) throws(InputError) -> ImageRegions {
        let (array, count) = (arrays[item], items[item].regionCount)
        let path = array.path
        defer { array.release() }
        guard let members else {
            let numbers = try array.withBytes { (bytes) throws(InputError) in try NumpyNumbers(bytes, path: path) }
            return ImageRegions(count: count, features: try checked(numbers, count * dimension, path), boxes: nil)
        }
        let file = try array.npz()
        func numbers(_ name: String) throws(InputError) -> NumpyNumbers {
            guard let numbers = try file.numbers(name) else {
                throw InputError(path: path, expected: "a member \(name)", found: Self.words(file.names))
            }
            return numbers
        }
        var boxes: [Float]?
        if let name = members.fractions ?? members.pixels {
            boxes = try Self.corners(try numbers(name), count, path)
        }
        if members.fractions == nil, let size = members.size, let pixels = boxes {
            let (width, height) = (try numbers(size[0]).values.first ?? 0, try numbers(size[1]).values.first ?? 0)
            boxes = pixels.enumerated().map { $1 / ($0.isMultiple(of: 2) ? width : height) }
        }
        var confidences: [Float]?
        if let name = members.confidences { confidences = try checked(try numbers(name), count, path) }
        return ImageRegions(
            count: count, features: try checked(try numbers(members.regions), count * dimension, path), boxes: boxes,
            confidences: confidences)
    }

    func place(of item: Int) -> (path: String, place: String?) { (arrays[item].path, nil) }

    /// What the regions are, and where in an `.npz` they stand.
    private static func layout(_ array: ArrayBytes) throws(InputError) -> (NumpyLayout, Members?) {
        let path = array.path
        defer { array.release() }
        guard array.isNpz else {
            return try array.withBytes { (bytes) throws(InputError) in (try NumpyLayout(bytes, path: path), nil) }
        }
        let file = try array.npz()
        let names = Set(file.names)
        guard let name = regionNames.first(where: names.contains), let layout = try file.layout(of: name) else {
            throw InputError(
                path: path, expected: "regions in a member \(words(regionNames))", found: words(file.names))
        }
        var members = Members(regions: name)
        members.confidences = ["conf"].first(where: names.contains)
        members.size = sizeNames.first { names.contains($0.0) && names.contains($0.1) }.map { [$0.0, $0.1] }
        if names.contains("norm_bb") {
            members.fractions = "norm_bb"
        } else if members.size != nil {
            members.pixels = pixelBoxNames.first(where: names.contains)
        }
        return (layout, members)
    }

    /// The first four columns: UNITER's boxes have width, height and area behind them.
    private static func corners(_ boxes: NumpyNumbers, _ count: Int, _ path: String) throws(InputError) -> [Float] {
        guard boxes.shape.count == 2, boxes.shape[0] == count, boxes.shape[1] >= 4 else {
            throw InputError(path: path, place: "boxes", expected: "[\(count), 4]", found: "\(boxes.shape)")
        }
        return (0..<count).flatMap { boxes.values[$0 * boxes.shape[1]..<$0 * boxes.shape[1] + 4] }
    }

    private func checked(_ numbers: NumpyNumbers, _ count: Int, _ path: String) throws(InputError) -> [Float] {
        guard numbers.values.count == count else {
            throw InputError(path: path, place: "shape", expected: "\(count) numbers", found: "\(numbers.shape)")
        }
        return numbers.values
    }

    private static func words(_ names: [String]) -> String {
        names.isEmpty ? "none" : names.joined(separator: ", ").shownInOneLine
    }

    private static func words(_ members: Members?) -> String {
        guard let members else { return "an array" }
        return "the members "
            + words(
                [members.regions, members.fractions, members.pixels, members.confidences].compactMap(\.self)
                    + (members.size ?? []))
    }
}
