import AsCLBase

/// Embeddings scaled to length one.
struct UnitVectors {
    let count: Int
    /// Vectors of eight a row, the last one filled up with zeros, which add nothing to a distance.
    private let lanes: Int
    private var rows: [SIMD8<Float>]

    /// Scales `values` `[count, dimension]`, row-major; `kind` names an item in errors.
    init(_ values: [Float], dimension: Int, count: Int, kind: String) throws(InputError) {
        guard dimension > 0, values.count == count * dimension else {
            throw InputError(
                place: "\(kind) embeddings", expected: "\(count) x \(dimension) values", found: values.count)
        }
        self.count = count
        lanes = (dimension + 7) / 8
        rows = Array(repeating: .zero, count: count * lanes)
        for item in 0..<count {
            let row = values[item * dimension..<(item + 1) * dimension]
            let length = row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            guard length > 0, length.isFinite else {
                throw InputError(
                    place: "\(kind) \(item)'s embedding", expected: "a finite vector other than zero",
                    found: "length \(length)")
            }
            for (index, value) in row.enumerated() {
                rows[item * lanes + index / 8][index % 8] = Float(Double(value) / length)
            }
        }
    }

    /// The Euclidean distance of two vectors, from 0 to 2. Taken from the difference, as 2 - 2 cos loses the small ones.
    func distance(_ item: Int, to other: UnitVectors, _ otherItem: Int) -> Double {
        var sum = SIMD8<Float>.zero
        for lane in 0..<lanes {
            let difference = rows[item * lanes + lane] - other.rows[otherItem * lanes + lane]
            sum += difference * difference
        }
        return Double(sum.sum()).squareRoot()
    }
}
