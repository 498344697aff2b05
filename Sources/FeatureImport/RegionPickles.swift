import AsCLBase

/// An LMDB database with a pickled dictionary an image, as ViLBERT, 12-in-1, VOLTA and MMF have it.
///
/// `features` is an array `[regions, dimension]`, or base64 of float32 with the number of regions in `num_boxes` or told by
/// the boxes. `boxes` or `bbox` are `[regions, 4]` in pixels beside the picture's size, `objects_conf` confidences.
struct RegionPickles: RegionSource {
    let items: [RegionItem]
    let dimension: Int
    let form = "LMDB of pickled dictionaries"
    let hasBoxes: Bool
    let hasConfidences: Bool
    let identity: String
    let notes: [String] = []
    private let file: MappedFile
    private let entries: [LMDBFile.Entry]

    /// Reads what every value holds, and no array.
    init(
        _ file: MappedFile, _ entries: [LMDBFile.Entry], progress: (_ done: Int, _ total: Int) -> Void
    ) throws(InputError) {
        var (items, first) = ([RegionItem](), (dimension: 0, hasBoxes: false, hasConfidences: false))
        for (index, entry) in entries.enumerated() {
            let own = try Self.value(file, entry) { (value) throws(InputError) in
                items.append(RegionItem(id: entry.key, regionCount: value.regionCount))
                return (
                    dimension: value.dimension, hasBoxes: value.hasBoxes, hasConfidences: value.hasConfidences
                )
            }
            if index == 0 { first = own }
            guard own == first else {
                func words(_ kind: (dimension: Int, hasBoxes: Bool, hasConfidences: Bool)) -> String {
                    "\(kind.dimension) columns, \(kind.hasBoxes ? "boxes" : "no boxes"), "
                        + (kind.hasConfidences ? "confidences" : "no confidences")
                }
                throw InputError(
                    path: file.path, place: entry.key.shownInOneLine,
                    expected: "what \(entries[0].key.shownInOneLine) has, \(words(first))", found: words(own))
            }
            progress(index + 1, entries.count)
        }
        (self.items, self.file, self.entries, identity) = (items, file, entries, FileIdentity.of(file.path))
        (dimension, hasBoxes, hasConfidences) = first
    }

    func regions(of item: Int) throws(InputError) -> ImageRegions {
        try Self.value(file, entries[item]) { (value) throws(InputError) in try value.regions() }
    }

    func place(of item: Int) -> (path: String, place: String?) { (file.path, entries[item].key.shownInOneLine) }

    private static func value<Result>(
        _ file: MappedFile, _ entry: LMDBFile.Entry, _ body: (PickledRegions) throws(InputError) -> Result
    ) throws(InputError) -> Result {
        defer { file.release(entry.value) }
        return try withExtendedLifetime(file) { () throws(InputError) in
            try body(
                PickledRegions(
                    UnsafeRawBufferPointer(rebasing: file.bytes[entry.value]),
                    path: "\(file.path)/\(entry.key.shownInOneLine)"))
        }
    }
}
