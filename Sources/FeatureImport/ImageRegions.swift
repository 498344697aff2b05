/// The regions of one image as they were published.
struct ImageRegions {
    /// How many there are.
    let count: Int
    /// `[count, dimension]`.
    var features: [Float]
    /// `[count, 4]`: left, top, right, bottom as fractions of width and height; nil where the source has none.
    var boxes: [Float]?
    /// `[count]`, how sure the detector was; nil where the source does not say.
    var confidences: [Float]?

    /// So many of the regions in their order: the most confident, or the first where nothing says how confident they are.
    func taking(_ wanted: Int, dimension: Int) -> ImageRegions {
        guard wanted < count else { return self }
        let chosen: [Int] =
            if let confidences {
                // Equally confident ones by their order, so that the choice is the same everywhere.
                confidences.indices.sorted { (confidences[$1], $0) < (confidences[$0], $1) }.prefix(wanted).sorted()
            } else {
                Array(0..<wanted)
            }
        func rows(_ values: [Float], _ width: Int) -> [Float] {
            chosen.flatMap { values[$0 * width..<($0 + 1) * width] }
        }
        return ImageRegions(
            count: wanted, features: rows(features, dimension), boxes: boxes.map { rows($0, 4) },
            confidences: confidences.map { rows($0, 1) })
    }
}
