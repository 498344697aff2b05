import ArrayFiles
import AsCLBase
import Foundation

/// Folders of an `.npz` or `.npy` file an image, named by the image's id.
///
/// An `.npz` has the regions under one of several customary names, and may have boxes and confidences; an `.npy` is the
/// regions. They are `[regions, dimension]`, or `[height, width, dimension]` of a grid. A folder of vectors
/// (`[dimension]`) is read the same, with one region an image.
struct RegionArrays: RegionSource {
    /// Members that hold the regions, by custom: the first that is there counts.
    private static let regionNames = ["features", "feat", "att", "x", "arr_0"]
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
    let form = "folders of .npz or .npy files"
    let hasBoxes: Bool
    let hasConfidences: Bool
    let identity: String
    let notes: [String]
    private let paths: [String]
    private let members: Members?

    /// Reads every file's header.
    /// - Parameters:
    ///   - isOfVectors: Whether each file is to hold a vector instead of regions.
    ///   - progress: Called with the files that are passed, and all there are.
    init(
        paths: [String], isOfVectors: Bool = false, progress: (_ done: Int, _ total: Int) -> Void
    ) throws(InputError) {
        var (items, dimension, members) = ([RegionItem](), 0, Members?.none)
        var types: Set<String> = []
        for (index, path) in paths.enumerated() {
            let (layout, own) = try Self.layout(path)
            if index == 0 { members = own }
            if own != members {
                throw InputError(
                    path: path, expected: "what \(paths[0]) has, \(Self.words(members))", found: Self.words(own))
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
                    path: path, place: "shape", expected: "\(dimension) columns as in \(paths[0])", found: "\(shape)")
            }
            if layout.elementType != .float32 { types.insert("\(layout.elementType)") }
            let name = (path as NSString).lastPathComponent
            items.append(
                RegionItem(
                    id: String(name.dropLast(4)), regionCount: shape.dropLast().reduce(1, *)))
            progress(index + 1, paths.count)
        }
        guard dimension > 0 else { throw InputError(expected: "at least one .npz or .npy file", found: "none") }
        (self.items, self.dimension, self.members, self.paths) = (items, dimension, members, paths)
        hasBoxes = members?.fractions != nil || members?.pixels != nil
        hasConfidences = members?.confidences != nil
        notes = types.sorted().map { "\($0) numbers are converted to float32" }
        // The files' own times would take as long as reading their headers again.
        var digest = Digest()
        for (path, item) in zip(paths, items) { digest.add("\(path) \(item.regionCount)") }
        identity = digest.description
    }

    func regions(of item: Int) throws(InputError) -> ImageRegions {
        let (path, count) = (paths[item], items[item].regionCount)
        guard let members, path.hasSuffix(".npz") else {
            let file = try MappedFile(path: path)
            let numbers = try withExtendedLifetime(file) { () throws(InputError) in
                try NumpyNumbers(file.bytes, path: path)
            }
            return ImageRegions(count: count, features: try checked(numbers, count * dimension, path), boxes: nil)
        }
        let file = try NpzFile(path: path)
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

    func place(of item: Int) -> (path: String, place: String?) { (paths[item], nil) }

    /// What a file's regions are, and where in an `.npz` they stand.
    private static func layout(_ path: String) throws(InputError) -> (NumpyLayout, Members?) {
        guard path.hasSuffix(".npz") else {
            let file = try MappedFile(path: path)
            return try withExtendedLifetime(file) { () throws(InputError) in
                (try NumpyLayout(file.bytes, path: path), nil)
            }
        }
        let file = try NpzFile(path: path)
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
