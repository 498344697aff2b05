/// Vectors of one length on a square grid of cells over a picture.
struct CellGrid {
    let cells: Int
    let depth: Int
    /// `[cells, cells, depth]`.
    var values: [Float]

    init(cells: Int, depth: Int) {
        self.cells = cells
        self.depth = depth
        values = [Float](repeating: 0, count: cells * cells * depth)
    }

    /// The first pixel row or column of cell `index`. With 6, 12, 18 or 24 cells on a side, a coarse cell is exactly
    /// its fine cells, though 224 pixels do not divide evenly.
    static func start(of index: Int, cells: Int) -> Int {
        (index * PictureDescriptors.side + cells - 1) / cells
    }

    /// The cell of each pixel row or column.
    static func cellOfPixel(cells: Int) -> [Int] {
        (0..<PictureDescriptors.side).map { $0 * cells / PictureDescriptors.side }
    }

    subscript(row: Int, column: Int) -> ArraySlice<Float> {
        let start = (row * cells + column) * depth
        return values[start..<start + depth]
    }

    /// Divides every vector by the pixels of its cell.
    mutating func divideByArea() {
        for row in 0..<cells {
            let height = Self.start(of: row + 1, cells: cells) - Self.start(of: row, cells: cells)
            for column in 0..<cells {
                let width = Self.start(of: column + 1, cells: cells) - Self.start(of: column, cells: cells)
                let start = (row * cells + column) * depth
                for index in start..<start + depth { values[index] /= Float(width * height) }
            }
        }
    }

    /// The mean vector of a block of cells.
    func mean(_ rows: Range<Int>, _ columns: Range<Int>) -> [Float] {
        var sum = [Float](repeating: 0, count: depth)
        for row in rows {
            for column in columns {
                let start = (row * cells + column) * depth
                for index in 0..<depth { sum[index] += values[start + index] }
            }
        }
        return sum.map { $0 / Float(rows.count * columns.count) }
    }

    /// The mean vectors of `parts` x `parts` equal blocks.
    func means(parts: Int) -> [Float] {
        let step = cells / parts
        return (0..<parts * parts).flatMap { part in
            let (row, column) = (part / parts * step, part % parts * step)
            return mean(row..<row + step, column..<column + step)
        }
    }
}
