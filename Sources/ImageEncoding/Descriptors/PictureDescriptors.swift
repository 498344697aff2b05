/// Classical descriptors of a picture, with no learnt weights: for each cell of a 6x6 grid and for the whole picture,
/// which colours are there, how far the pixels differ from the background, and which way the edges of what differs run.
/// Roots are taken of histograms, so that few pixels count too; each block is scaled to a root mean square of about 1.
package struct PictureDescriptors: Sendable {
    /// Width and height in pixels of a picture that is described.
    package static let side = 224
    /// Regions of a picture: the cells of the grid, row by row.
    package static let regionCount = cells * cells
    /// Colours, silhouette, edges, row and column.
    package static let regionDimension = 27 + 16 + 72 + 12
    /// Colours of the whole and its quarters, silhouette of every cell, edges of the whole and its ninths.
    package static let globalDimension = 5 * 27 + 36 + 10 * 8

    private static let cells = 6
    private static let colorScale: Float = 5.196  // the root of 27: the histogram sums to 1
    private static let silhouetteScale: Float = 3
    private static let edgeScale: Float = 15
    private static let positionScale: Float = 2.449  // the root of 6: one of six is 1

    private let colors: CellGrid
    private let silhouette: CellGrid
    private let edges: CellGrid

    /// Describes a picture of `side` x `side` pixels.
    package init(_ picture: Picture) {
        precondition(
            picture.width == Self.side && picture.height == Self.side,
            "a described picture is \(Self.side) x \(Self.side), not \(picture.width) x \(picture.height)")
        let difference = Silhouette(picture)
        colors = ColorHistogram.grid(of: picture, cells: Self.cells)
        silhouette = difference.means(cells: 4 * Self.cells)
        edges = difference.edges(cells: 3 * Self.cells)
    }

    /// The regions' features, `[regionCount, regionDimension]`.
    package func regions() -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(Self.regionCount * Self.regionDimension)
        for row in 0..<Self.cells {
            for column in 0..<Self.cells {
                result += colors.mean(row..<row + 1, column..<column + 1).map { Self.colorScale * $0.squareRoot() }
                for (y, x) in Self.subcells(4, ofRow: row, column: column) {
                    result += silhouette[y, x].map { Self.silhouetteScale * $0 }
                }
                for (y, x) in Self.subcells(3, ofRow: row, column: column) {
                    result += edges[y, x].map { Self.edgeScale * $0.squareRoot() }
                }
                for index in 0..<Self.cells { result.append(index == row ? Self.positionScale : 0) }
                for index in 0..<Self.cells { result.append(index == column ? Self.positionScale : 0) }
            }
        }
        return result
    }

    /// The whole picture's features, `[globalDimension]`.
    package func global() -> [Float] {
        var result: [Float] = []
        for parts in [1, 2] {
            result += colors.means(parts: parts).map { Self.colorScale * $0.squareRoot() }
        }
        result += silhouette.means(parts: Self.cells).map { Self.silhouetteScale * $0 }
        for parts in [1, 3] {
            result += edges.means(parts: parts).map { Self.edgeScale * $0.squareRoot() }
        }
        return result
    }

    /// The regions' boxes, `[regionCount, 4]`: left, top, right, bottom as fractions of the picture.
    package static func boxes() -> [Float] {
        let edges = (0...cells).map { Float(CellGrid.start(of: $0, cells: cells)) / Float(side) }
        return (0..<regionCount).flatMap { region in
            let (row, column) = (region / cells, region % cells)
            return [edges[column], edges[row], edges[column + 1], edges[row + 1]]
        }
    }

    private static func subcells(_ parts: Int, ofRow row: Int, column: Int) -> [(Int, Int)] {
        (0..<parts * parts).map { (row * parts + $0 / parts, column * parts + $0 % parts) }
    }
}
