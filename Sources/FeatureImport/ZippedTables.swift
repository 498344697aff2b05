import AsCLBase

/// Published tables in a zip file, as they are downloaded: read twice from front to back, and never unpacked to the disk.
struct ZippedTables: RegionSource {
    let items: [RegionItem]
    let dimension: Int
    let form: String
    let hasBoxes: Bool
    let hasConfidences: Bool
    let identity: String
    let notes: [String] = []
    private let path: String
    private let reader: Reader

    /// Where the second reading is.
    private final class Reader {
        let lines: ZippedLines
        var next = 0

        init(_ lines: ZippedLines) { self.lines = lines }
    }

    /// Reads all lines and holds their lengths to each other.
    /// - Parameter progress: Called with the bytes that are passed, and all there are.
    init(path: String, progress: (_ done: Int, _ total: Int) -> Void) throws(InputError) {
        let lines = try ZippedLines(path: path)
        var (items, dimension, kind) = ([RegionItem](), 0, (form: "", hasBoxes: false, hasConfidences: false))
        while true {
            let item = try lines.next { (line) throws(InputError) in
                if dimension == 0 {
                    dimension = try line.dimension()
                    kind = (line.form, line.boxes != nil, line.confidences != nil)
                }
                guard line.form == kind.form else {
                    throw InputError(path: line.place.path, expected: kind.form, found: line.form)
                }
                try line.check(dimension: dimension)
                return RegionItem(id: line.id, regionCount: line.regionCount)
            }
            guard let item else { break }
            items.append(item)
            progress(lines.passed, lines.byteCount)
        }
        guard !items.isEmpty else {
            throw InputError(path: path, expected: "a table of region features in the zip file", found: "none")
        }
        lines.rewind()
        (self.path, self.items, self.dimension, reader) = (path, items, dimension, Reader(lines))
        (form, hasBoxes, hasConfidences) = ("\(kind.form), zipped", kind.hasBoxes, kind.hasConfidences)
        identity = FileIdentity.of(path)
    }

    /// Reads an item. One that stands before the last one read costs reading from the front.
    func regions(of item: Int) throws(InputError) -> ImageRegions {
        if item < reader.next {
            reader.lines.rewind()
            reader.next = 0
        }
        while true {
            let found = try reader.lines.next { (line) throws(InputError) -> ImageRegions? in
                defer { reader.next += 1 }
                return reader.next == item ? try line.regions() : nil
            }
            guard let found else {
                throw InputError(path: path, expected: "\(items.count) images, as before", found: "fewer")
            }
            if let regions = found { return regions }
        }
    }

    func place(of item: Int) -> (path: String, place: String?) { (path, "image \(item + 1)") }
}
