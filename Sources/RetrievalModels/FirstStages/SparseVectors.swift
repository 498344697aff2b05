package import AsCLBase

/// Vectors of few positive weights, one after the other: what an `InvertedIndex` is built from.
package struct SparseVectors: Sendable, Equatable {
    /// Terms that a vector may have: 0 ..< width.
    package let width: Int
    /// Vector i has the entries `offsets[i] ..< offsets[i + 1]` of `terms` and `weights`.
    package private(set) var offsets = [0]
    /// Ascending within a vector.
    package private(set) var terms: [Int32] = []
    /// Finite and above zero.
    package private(set) var weights: [Float] = []

    /// No vectors yet.
    package init(width: Int) { self.width = width }

    /// The number of vectors.
    package var count: Int { offsets.count - 1 }

    /// A vector's terms and weights.
    package subscript(vector: Int) -> [(term: Int, weight: Float)] {
        (offsets[vector]..<offsets[vector + 1]).map { (Int(terms[$0]), weights[$0]) }
    }

    /// Adds one vector.
    /// - Throws: `InputError` unless terms ascend within the width and weights are finite and positive.
    package mutating func append(_ entries: [(term: Int, weight: Float)]) throws(InputError) {
        var least = 0
        for (term, weight) in entries {
            let place = "vector \(count), term \(term)"
            guard term >= least, term < min(width, Int(Int32.max)) else {
                throw InputError(place: place, expected: "a term of \(least)..<\(width)", found: term)
            }
            guard weight > 0, weight.isFinite else {
                throw InputError(place: place, expected: "a positive weight", found: weight)
            }
            least = term + 1
        }
        terms += entries.map { Int32($0.term) }
        weights += entries.map(\.weight)
        offsets.append(terms.count)
    }

    /// The same vectors with at most so many terms each: the heaviest, of equal ones the lower.
    package func cut(to most: Int) throws(InputError) -> SparseVectors {
        var cut = SparseVectors(width: width)
        for vector in 0..<count {
            let heaviest = heaviest(of: vector).prefix(max(most, 0))
            try cut.append(heaviest.sorted { $0.term < $1.term })
        }
        return cut
    }

    /// So many vectors: these over and over again.
    package func repeated(to count: Int) -> SparseVectors {
        var repeated = SparseVectors(width: width)
        repeated.offsets.reserveCapacity(count + 1)
        for place in 0..<(self.count == 0 ? 0 : count) {
            let vector = place % self.count
            repeated.terms += terms[offsets[vector]..<offsets[vector + 1]]
            repeated.weights += weights[offsets[vector]..<offsets[vector + 1]]
            repeated.offsets.append(repeated.terms.count)
        }
        return repeated
    }

    /// A vector's terms and weights, heaviest first, of equal ones the lower.
    package func heaviest(of vector: Int) -> [(term: Int, weight: Float)] {
        self[vector].sorted { ($0.weight, $1.term) > ($1.weight, $0.term) }
    }

    /// Adds the rows of a matrix `[vectors, width]`, row-major, without its zeros.
    /// - Parameter most: How many terms of a row are kept, the heaviest, of equal ones the lower; nil keeps all.
    package mutating func append(dense: [Float], keeping most: Int? = nil) throws(InputError) {
        guard width > 0, dense.count % width == 0 else {
            throw InputError(place: "dense vectors", expected: "rows of \(width)", found: "\(dense.count) values")
        }
        for start in stride(from: 0, to: dense.count, by: width) {
            let row = dense[start..<start + width]
            var places = row.indices.filter { row[$0] != 0 }
            if let most, places.count > most {
                places = places.sorted { (row[$0], $1) > (row[$1], $0) }.prefix(max(most, 0)).sorted()
            }
            try append(places.map { ($0 - start, row[$0]) })
        }
    }
}
