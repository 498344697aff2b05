/// How far each pixel differs from the background, 0 to 1. The background is guessed from the picture's four corners.
struct Silhouette {
    /// `[side, side]`.
    private var values: [Float]

    init(_ picture: Picture) {
        let side = PictureDescriptors.side
        let corners = [0, side - 1, (side - 1) * side, side * side - 1].map { pixel in
            picture.pixels[pixel * 3..<pixel * 3 + 3].map { Float($0) }
        }
        values = [Float](repeating: 0, count: side * side)
        picture.pixels.withUnsafeBufferPointer { pixels in
            values.withUnsafeMutableBufferPointer { values in
                for row in 0..<side {
                    let down = Float(row) / Float(side - 1)
                    for channel in 0..<3 {
                        let left = corners[0][channel] + (corners[2][channel] - corners[0][channel]) * down
                        let right = corners[1][channel] + (corners[3][channel] - corners[1][channel]) * down
                        let step = (right - left) / Float(side - 1)
                        for column in 0..<side {
                            let pixel = row * side + column
                            values[pixel] += abs(Float(pixels[pixel * 3 + channel]) - (left + step * Float(column)))
                        }
                    }
                    // A difference of 120 in the three channels together is as different as it gets, one of 8 is none.
                    for pixel in row * side..<(row + 1) * side {
                        values[pixel] = min(1, max(0, values[pixel] - 8) / 112)
                    }
                }
            }
        }
    }

    /// The mean difference in each cell, depth 1.
    func means(cells: Int) -> CellGrid {
        var grid = CellGrid(cells: cells, depth: 1)
        let cellOf = CellGrid.cellOfPixel(cells: cells)
        let side = PictureDescriptors.side
        values.withUnsafeBufferPointer { values in
            grid.values.withUnsafeMutableBufferPointer { means in
                for row in 0..<side {
                    for column in 0..<side {
                        means[cellOf[row] * cells + cellOf[column]] += values[row * side + column]
                    }
                }
            }
        }
        grid.divideByArea()
        return grid
    }

    /// The gradient's strength by its direction in each cell, depth 8: how much edge faces each of eight directions.
    func edges(cells: Int) -> CellGrid {
        var grid = CellGrid(cells: cells, depth: 8)
        let cellOf = CellGrid.cellOfPixel(cells: cells)
        let side = PictureDescriptors.side
        values.withUnsafeBufferPointer { values in
            grid.values.withUnsafeMutableBufferPointer { edges in
                for row in 1..<side - 1 {
                    for column in 1..<side - 1 {
                        let pixel = row * side + column
                        let x = values[pixel + 1] - values[pixel - 1]
                        let y = values[pixel + side] - values[pixel - side]
                        guard x != 0 || y != 0 else { continue }
                        let direction = Self.direction(x, y)
                        let lower = Int(direction)
                        let strength = (x * x + y * y).squareRoot()
                        let cell = (cellOf[row] * cells + cellOf[column]) * 8
                        edges[cell + lower % 8] += strength * (Float(lower) + 1 - direction)
                        edges[cell + (lower + 1) % 8] += strength * (direction - Float(lower))
                    }
                }
            }
        }
        grid.divideByArea()
        return grid
    }

    /// A vector's direction, 0 to 8 around the circle: along a diamond's edge, which needs no arctangent and so is the
    /// same on every machine.
    private static func direction(_ x: Float, _ y: Float) -> Float {
        let part = y / (abs(x) + abs(y))
        if x >= 0 { return y >= 0 ? 2 * part : 8 + 2 * part }
        return 4 - 2 * part
    }
}
