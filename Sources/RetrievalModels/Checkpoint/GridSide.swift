package import AsCLBase
package import RetrievalData

/// How many cells a picture's grid has each way.
package struct GridSide: Sendable, Equatable {
    /// g, of g x g cells, row by row.
    package let count: Int

    /// That of so many regions; nil where they are no square.
    init?(regions: Int) {
        count = Int(Double(regions).squareRoot().rounded())
        guard count * count == regions else { return nil }
    }

    /// That of a split.
    /// - Throws: `InputError` where its regions are no square grid.
    package init(of split: RetrievalSplit) throws(InputError) {
        guard let side = GridSide(regions: split.regionCount) else {
            throw InputError(
                path: split.name, place: "regions",
                expected: "the cells of a square grid, such as 49 (features by `ascl features --regions grid`)",
                found: "\(split.regionCount) an image")
        }
        self = side
    }
}

extension RetrievalModel {
    /// What has to be told of a split's features before the model reads them, a line each.
    package func featureNotices(_ split: RetrievalSplit) -> [String] {
        boxNotices(split) + gridNotices(split) + sceneTextNotices(split)
    }

    /// That whoever made the features learns nothing, where the authors train it too.
    private func gridNotices(_ split: RetrievalSplit) -> [String] {
        guard configuration.readsGrid, let side = GridSide(regions: split.regionCount)?.count else { return [] }
        return [
            "\(split.name): \(configuration.method.rawValue) reads a grid of \(side) x \(side) features from a file; what made "
                + "them is frozen, where its authors train it too"
        ]
    }
}
