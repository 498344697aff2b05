import AsCLBase
import RetrievalData

/// Which item of a source becomes which row of which split, and what becomes of the rest: known before any number is read.
struct ImportPlan {
    /// Where an item's regions go.
    struct Row {
        let item: Int
        let split: Int
        let row: Int
    }

    /// A split that has features, with its images' names in their order.
    struct Split {
        let name: String
        let names: [String]
    }

    /// By name.
    let splits: [Split]
    /// In the source's order.
    let rows: [Row]
    /// Images of the JSON that the source has no features of.
    let failures: FailureTable
    /// Regions an image, K.
    let regions: Int
    /// What a user has to be told, a line each.
    let notes: [String]

    /// - Parameters:
    ///   - file: The JSON whose splits and order count.
    ///   - wanted: How many regions of an image to take; nil for all, where all images have the same number.
    init(_ source: any RegionSource, for file: KarpathyFile, regions wanted: Int?) throws(InputError) {
        try Self.checkSizes(source)
        let matching = ImageMatching(ids: source.items.map(\.id), images: file.images)
        guard matching.count > 0 else {
            let first = source.items.first.map { "\($0.id), at \(Self.words(source.place(of: 0)))" } ?? "none"
            throw InputError(
                path: file.path, place: "images",
                expected: "images that the features' ids name by filename, cocoid or imgid",
                found: "none such; the first id is \(first), the first image \(file.images.first?.filename ?? "none")")
        }
        var itemOfImage: [Int?] = file.images.map { _ in nil }
        var repeated = 0
        for (item, image) in matching.imageOfID.enumerated() {
            guard let image else { continue }
            if itemOfImage[image] == nil { itemOfImage[image] = item } else { repeated += 1 }
        }

        var names: [String: [(name: String, item: Int)]] = [:]
        var failures: [(name: String, reason: String)] = []
        var known: Set<String> = []
        for (image, item) in zip(file.images, itemOfImage) {
            guard known.insert(image.filename).inserted else {
                throw InputError(
                    path: file.path, place: "images", expected: "every filename once",
                    found: "\(image.filename) again")
            }
            let name = EscapedText.escape(image.filename.utf8)
            if name != image.filename || image.filename.trimmed != image.filename || name.isEmpty {
                failures.append((name, "a name that no line of a text file can be"))
            } else if let item {
                names[image.effectiveSplit, default: []].append((image.filename, item))
            } else {
                failures.append((name, "not among the published features"))
            }
        }
        let sorted = names.sorted { $0.key.precedes($1.key) }
        for (name, _) in sorted where name.isEmpty || name.hasPrefix(".") || name.contains("/") {
            throw InputError(
                path: file.path, place: "split", expected: "a name that can begin a file's", found: "'\(name)'")
        }
        _ = try file.captions(of: file.images, needed: false)
        splits = sorted.map { Split(name: $0.key, names: $0.value.map(\.name)) }
        rows = sorted.enumerated().flatMap { split, entry in
            entry.value.enumerated().map { Row(item: $1.item, split: split, row: $0) }
        }.sorted { $0.item < $1.item }
        self.failures = FailureTable(failures)
        regions = try Self.regionCount(source, rows: rows, wanted: wanted)

        let counts = rows.map { source.items[$0.item].regionCount }
        var notes = ["\(source.items.count) images in \(source.form), known by their \(matching.custom.rawValue)"]
        if let least = counts.min(), let most = counts.max(), most > regions {
            let range = least == most ? "\(most)" : "\(least) to \(most)"
            notes.append(
                source.hasConfidences
                    ? "\(range) regions an image: the \(regions) most confident are taken"
                    : "\(range) regions an image: the first \(regions) are taken, nothing says how confident they are")
        }
        let foreign = source.items.count - matching.count
        if foreign > 0 { notes.append("\(foreign) images are not in \(file.path) and left out") }
        if repeated > 0 { notes.append("\(repeated) images stand there again: the first of each counts") }
        if !source.hasBoxes { notes.append("no boxes of regions") }
        self.notes = notes + source.notes
    }

    /// The item of another source for each row. An image without one is an error.
    func items(of vectors: RegionArrays, for file: KarpathyFile, folder: String) throws(InputError) -> [Int] {
        let matching = ImageMatching(ids: vectors.items.map(\.id), images: file.images)
        var itemOfName: [String: Int] = [:]
        for (item, image) in matching.imageOfID.enumerated() {
            guard let image else { continue }
            itemOfName[file.images[image].filename] = itemOfName[file.images[image].filename] ?? item
        }
        let names = rows.map { splits[$0.split].names[$0.row] }
        let missing = names.filter { itemOfName[$0] == nil }
        if let first = missing.first {
            throw InputError(
                path: folder, expected: "a vector for each of the \(names.count) images with regions",
                found: "none for \(missing.count) of them, the first \(first)")
        }
        return names.compactMap { itemOfName[$0] }
    }

    /// Tells plans apart.
    func digest(of sources: [any RegionSource], captions: String) -> String {
        var digest = Digest()
        for source in sources { digest.add("\(source.identity) \(source.dimension) \(source.hasBoxes)") }
        digest.add(captions)
        for split in splits {
            digest.add(split.name)
            for name in split.names { digest.add(name) }
        }
        for row in rows { [row.item, row.split, row.row].withUnsafeBytes { digest.add($0) } }
        digest.add("\(regions)")
        digest.add(failures.text)
        return digest.description
    }

    /// Throws where a source claims sizes that no picture's regions have: sums of them would not fit a number.
    private static func checkSizes(_ source: any RegionSource) throws(InputError) {
        let most = 1_000_000
        let bad = source.items.indices.first { !(1...most ~= source.items[$0].regionCount) }
        guard source.dimension > most || bad != nil else { return }
        let (path, place) = source.place(of: bad ?? 0)
        throw InputError(
            path: path, place: place, expected: "1 to \(most) regions of as many numbers at most",
            found: "\(source.items[bad ?? 0].regionCount) of \(source.dimension)")
    }

    /// The number of regions that every image has, or can give.
    private static func regionCount(
        _ source: any RegionSource, rows: [Row], wanted: Int?
    ) throws(InputError) -> Int {
        func count(_ row: Row) -> Int { source.items[row.item].regionCount }
        guard let fewest = rows.min(by: { count($0) < count($1) }), let most = rows.map(count).max() else {
            throw InputError(expected: "at least one image", found: "none")
        }
        let (path, place) = source.place(of: fewest.item)
        guard let wanted else {
            guard count(fewest) == most else {
                throw InputError(
                    path: path, place: place, expected: "as many regions in every image, or a number by --regions",
                    found: "\(count(fewest)) to \(most); --regions \(count(fewest)) suits all images")
            }
            return most
        }
        guard count(fewest) >= wanted else {
            let few = rows.count { count($0) < wanted }
            throw InputError(
                path: path, place: place,
                expected: "at least \(wanted) regions of image \(source.items[fewest.item].id)",
                found: "\(count(fewest)); \(few) images have too few, --regions \(count(fewest)) suits all")
        }
        return wanted
    }

    private static func words(_ place: (path: String, place: String?)) -> String {
        place.path + (place.place.map { ", \($0)" } ?? "")
    }
}
