import AsCLBase

/// Published region features, one item an image.
protocol RegionSource {
    /// What it is, for people: `bottom-up attention's table`.
    var form: String { get }
    /// The images, in the order in which they are read fastest.
    var items: [RegionItem] { get }
    /// Size of a region's feature.
    var dimension: Int { get }
    /// Whether the items say where in the picture the regions are.
    var hasBoxes: Bool { get }
    /// Whether the items say how confident the regions are.
    var hasConfidences: Bool { get }
    /// What a user has to be told of its numbers, a line each.
    var notes: [String] { get }
    /// What tells this source from another, or from itself after a change: files, their sizes and times.
    var identity: String { get }

    /// Reads an item. What it says need not be finite.
    func regions(of item: Int) throws(InputError) -> ImageRegions

    /// The file of an item and the item's place in it, nil where it is the whole, for messages.
    func place(of item: Int) -> (path: String, place: String?)
}

/// What is known of an item without reading its numbers.
struct RegionItem {
    /// What the source calls the image.
    let id: String
    /// How many regions it has.
    let regionCount: Int
}
