import Foundation

/// How a picture looks, in 64 bits that hardly change with its size, its compression or its brightness: which of the 8 x 8
/// lowest frequencies of its lightness, seen as 32 x 32 fields, are above their median.
package struct PictureLook: Hashable, Sendable {
    /// A bit for each frequency.
    package let bits: UInt64

    /// Of its bits.
    package init(bits: UInt64) { self.bits = bits }

    /// Of a picture.
    package init(_ picture: Picture) {
        let fields = Self.fields(picture)
        let waves = Self.waves
        // Along rows, then along columns.
        var rows = [Float](repeating: 0, count: Self.side * Self.kept)
        for row in 0..<Self.side {
            for wave in 0..<Self.kept {
                var sum: Float = 0
                for column in 0..<Self.side {
                    sum += fields[row * Self.side + column] * waves[wave * Self.side + column]
                }
                rows[row * Self.kept + wave] = sum
            }
        }
        var strengths: [Float] = []
        for vertical in 0..<Self.kept {
            for horizontal in 0..<Self.kept {
                var sum: Float = 0
                for row in 0..<Self.side {
                    sum += rows[row * Self.kept + horizontal] * waves[vertical * Self.side + row]
                }
                strengths.append(sum)
            }
        }
        // The first is the mean lightness, which says nothing of what is seen.
        let sorted = strengths.dropFirst().sorted()
        let median = sorted[sorted.count / 2]
        bits = strengths.enumerated().dropFirst().reduce(0) { $1.element > median ? $0 | 1 << UInt64($1.offset) : $0 }
    }

    /// In how many bits two pictures differ: about 32 for strangers.
    package func distance(to other: PictureLook) -> Int { (bits ^ other.bits).nonzeroBitCount }

    private static let side = 32
    private static let kept = 8

    /// `[kept, side]`: the cosines of the lowest frequencies.
    private static let waves: [Float] = (0..<kept).flatMap { wave in
        (0..<side).map { place in cos(Float.pi * Float(wave) * (Float(place) + 0.5) / Float(side)) }
    }

    /// The mean lightness of `[side, side]` fields.
    private static func fields(_ picture: Picture) -> [Float] {
        picture.pixels.withUnsafeBufferPointer { pixels in
            (0..<side * side).map { field in
                let rows = range(field / side, picture.height)
                let columns = range(field % side, picture.width)
                var sum = 0
                for row in rows {
                    for column in columns {
                        let place = 3 * (row * picture.width + column)
                        sum += 299 * Int(pixels[place]) + 587 * Int(pixels[place + 1]) + 114 * Int(pixels[place + 2])
                    }
                }
                return Float(sum) / Float(rows.count * columns.count)
            }
        }
    }

    private static func range(_ field: Int, _ length: Int) -> Range<Int> {
        let start = field * length / side
        return start..<max(start + 1, (field + 1) * length / side)
    }
}
