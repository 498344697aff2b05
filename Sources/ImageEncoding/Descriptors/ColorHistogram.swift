/// Soft histograms of colour: three levels a channel, 27 bins, a pixel shared among the bins around it.
enum ColorHistogram {
    /// The share of every bin in each cell, of every second pixel in every second row: colours are large here.
    static func grid(of picture: Picture, cells: Int) -> CellGrid {
        var grid = CellGrid(cells: cells, depth: 27)
        let cellOf = CellGrid.cellOfPixel(cells: cells)
        let side = PictureDescriptors.side
        var counts = [Int32](repeating: 0, count: cells * cells)
        picture.pixels.withUnsafeBufferPointer { pixels in
            grid.values.withUnsafeMutableBufferPointer { values in
                for row in stride(from: 0, to: side, by: 2) {
                    for column in stride(from: 0, to: side, by: 2) {
                        let cell = cellOf[row] * cells + cellOf[column]
                        let pixel = (row * side + column) * 3
                        counts[cell] += 1
                        let (redBin, red) = share(pixels[pixel])
                        let (greenBin, green) = share(pixels[pixel + 1])
                        let (blueBin, blue) = share(pixels[pixel + 2])
                        let bin = cell * 27 + redBin * 9 + greenBin * 3 + blueBin
                        values[bin] += (1 - red) * (1 - green) * (1 - blue)
                        values[bin + 1] += (1 - red) * (1 - green) * blue
                        values[bin + 3] += (1 - red) * green * (1 - blue)
                        values[bin + 4] += (1 - red) * green * blue
                        values[bin + 9] += red * (1 - green) * (1 - blue)
                        values[bin + 10] += red * (1 - green) * blue
                        values[bin + 12] += red * green * (1 - blue)
                        values[bin + 13] += red * green * blue
                    }
                }
                for index in values.indices { values[index] /= Float(counts[index / 27]) }
            }
        }
        return grid
    }

    /// The lower of a channel value's two levels (0, 127.5 and 255 are the levels), and the upper one's share.
    private static func share(_ value: UInt8) -> (level: Int, upper: Float) {
        let position = Float(value) / 127.5
        return position < 1 ? (0, position) : (1, position - 1)
    }
}
