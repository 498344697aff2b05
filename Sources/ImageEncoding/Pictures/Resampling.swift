/// How the pixels of a resized picture are computed from those around their places. Where a picture shrinks, more pixels
/// weigh in.
package enum Resampling: Sendable, Equatable {
    /// Weights that fall in a straight line; by libtorch, within one step of 255 of Pillow's.
    case bilinear
    /// Keys' cubic with a = -0.5, exactly as Pillow has it up to version 12: columns, rounded to bytes, and then rows. From
    /// 13 on Pillow takes rows first where a tall picture is squashed, which moves a few pixels by up to 13 steps of 255.
    case bicubic
}

/// The pixels of a line that each pixel of the resized line is made of, and their weights: Pillow's.
struct ResamplingWeights {
    /// How many pixels of the line each is made of at most.
    let taps: Int
    /// The first pixel of each.
    private(set) var starts: [Int] = []
    /// How many each is made of.
    private(set) var counts: [Int] = []
    /// `[pixels, taps]`, in units of 1 / 2^22.
    private(set) var weights: [Int32] = []

    /// Bits behind the point of a weight.
    static let precision: Int32 = 22

    /// - Parameters:
    ///   - length: Of the line.
    ///   - target: Of the resized line.
    ///   - part: The pixels of the resized line that are wanted.
    init(from length: Int, to target: Int, part: Range<Int>) {
        let scale = Double(length) / Double(target)
        let stretch = max(scale, 1)
        let support = 2 * stretch
        taps = min(length, Int(support.rounded(.up)) * 2 + 1)
        weights.reserveCapacity(part.count * taps)
        for pixel in part {
            let centre = (Double(pixel) + 0.5) * scale
            let start = min(length - 1, max(0, Int(centre - support + 0.5)))
            let end = max(start + 1, min(length, Int(centre + support + 0.5)))
            var line = (start..<end).map { Self.cubic((Double($0) - centre + 0.5) * (1 / stretch)) }
            let sum = line.reduce(0, +)
            if sum != 0 { line = line.map { $0 / sum } }
            weights += line.map { Int32(($0 * Double(1 << Self.precision)).rounded(.toNearestOrAwayFromZero)) }
            weights += repeatElement(0, count: taps - line.count)
            starts.append(start)
            counts.append(line.count)
        }
    }

    /// Keys' cubic (IEEE Transactions on Acoustics, Speech, and Signal Processing 29, 1981) with a = -0.5.
    private static func cubic(_ x: Double) -> Double {
        let (x, a) = (abs(x), -0.5)
        if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    }
}

extension Picture {
    /// A part of the picture at another size, bicubic: `[rows, columns, 3]`. Columns first, rounded to bytes, then rows.
    func bicubic(_ size: PictureSize, columns: Range<Int>, rows: Range<Int>) -> [UInt8] {
        let across = ResamplingWeights(from: width, to: size.width, part: columns)
        let down = ResamplingWeights(from: height, to: size.height, part: rows)
        let first = down.starts.first ?? 0
        let last = zip(down.starts, down.counts).reduce(first) { max($0, $1.0 + $1.1) }
        let stride = 3 * columns.count
        let narrow =
            size.width == width
            ? Array(pixels[(3 * width * first)..<(3 * width * last)])
            : narrowed(rows: first..<last, across)
        // Where the width stays, all columns are there still.
        let (left, wide) = size.width == width ? (3 * columns.lowerBound, 3 * width) : (0, stride)
        var result = [UInt8](repeating: 0, count: stride * rows.count)
        for (row, start) in down.starts.enumerated() {
            let base = (start - first) * wide + left
            if size.height == height {
                let from = (rows.lowerBound + row - first) * wide + left
                result.replaceSubrange(row * stride..<(row + 1) * stride, with: narrow[from..<from + stride])
                continue
            }
            var sums = [Int32](repeating: 1 << (ResamplingWeights.precision - 1), count: stride)
            narrow.withUnsafeBufferPointer { narrow in
                sums.withUnsafeMutableBufferPointer { sums in
                    for tap in 0..<down.counts[row] {
                        let weight = down.weights[row * down.taps + tap]
                        let line = base + tap * wide
                        for index in 0..<stride { sums[index] &+= Int32(narrow[line + index]) &* weight }
                    }
                }
            }
            for index in 0..<stride { result[row * stride + index] = Self.byte(sums[index]) }
        }
        return result
    }

    /// Rows of the picture at another width: `[rows, columns, 3]`.
    private func narrowed(rows: Range<Int>, _ across: ResamplingWeights) -> [UInt8] {
        let columns = across.starts.count
        return [UInt8](unsafeUninitializedCapacity: 3 * columns * rows.count) { result, count in
            pixels.withUnsafeBufferPointer { pixels in
                across.weights.withUnsafeBufferPointer { weights in
                    for row in rows {
                        let line = 3 * width * row
                        let target = 3 * columns * (row - rows.lowerBound)
                        for column in 0..<columns {
                            let half: Int32 = 1 << (ResamplingWeights.precision - 1)
                            var (red, green, blue) = (half, half, half)
                            var place = line + 3 * across.starts[column]
                            for tap in 0..<across.counts[column] {
                                let weight = weights[column * across.taps + tap]
                                red &+= Int32(pixels[place]) &* weight
                                green &+= Int32(pixels[place + 1]) &* weight
                                blue &+= Int32(pixels[place + 2]) &* weight
                                place += 3
                            }
                            result[target + 3 * column] = Self.byte(red)
                            result[target + 3 * column + 1] = Self.byte(green)
                            result[target + 3 * column + 2] = Self.byte(blue)
                        }
                    }
                }
            }
            count = result.count
        }
    }

    private static func byte(_ sum: Int32) -> UInt8 { UInt8(clamping: sum >> ResamplingWeights.precision) }
}
