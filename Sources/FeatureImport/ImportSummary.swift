/// What an import has done.
package struct ImportSummary: Sendable, Equatable, Encodable, CustomStringConvertible {
    /// What the features were published as.
    package let form: String
    /// Images with features, by split.
    package let images: [String: Int]
    /// Images of the JSON without features, which `failed.tsv` lists.
    package let withoutFeatures: Int
    /// Regions an image.
    package let regions: Int
    /// Size of a region's feature.
    package let dimension: Int
    /// Whether the regions' boxes came along.
    package let hasBoxes: Bool
    /// What was chosen, left out or converted, a line each.
    package let notes: [String]
    /// Time taken.
    package let seconds: Double

    /// `5000 images (dev 1000, test 1000, train 3000), 36 regions of 2048 each, 0 without features, in 12.3 s`.
    package var description: String {
        let splits = images.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let tenths = Int((seconds * 10).rounded())
        return "\(images.values.reduce(0, +)) images (\(splits)), \(regions) regions of \(dimension) each, "
            + "\(withoutFeatures) without features, in \(tenths / 10).\(tenths % 10) s"
    }
}
