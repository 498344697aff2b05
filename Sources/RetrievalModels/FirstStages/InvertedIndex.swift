package import AsCLBase

/// Exact search among sparse vectors by scalar product: for each term, the items that have it and their weights.
///
/// It takes 8 bytes a posting (a 32-bit item and a 32-bit weight) and 8 a term. It never changes once built, so any number
/// of threads may search it, each with an accumulator of its own.
package struct InvertedIndex: Sendable {
    /// Items searched.
    package let itemCount: Int
    /// Terms that an item or a query may have.
    package let termCount: Int
    /// Term t has the postings `offsets[t] ..< offsets[t + 1]`, ascending by item.
    private let offsets: [Int]
    private let items: [Int32]
    private let weights: [Float]

    /// What an index holds.
    package struct Statistics: Codable, Sendable, Equatable {
        /// Items.
        package let items: Int
        /// Terms that some item has.
        package let usedTerms: Int
        /// (item, term) entries.
        package let postings: Int
        /// Mean terms an item; 0 without items.
        package let termsPerItem: Double
        /// Memory of postings and offsets.
        package let bytes: Int
    }

    /// The sums of one search, kept for the next so that it need not clear memory; one a thread.
    package struct Accumulator: Sendable {
        /// -1 where the query has not met the item, which no sum of positive products is.
        fileprivate var sums: [Float] = []
        fileprivate var met: [Int32] = []

        /// Fits any index.
        package init() {}
    }

    /// Item i is the i-th of `vectors`.
    /// - Throws: `InputError` above 2^31 - 1 items.
    package init(_ vectors: SparseVectors) throws(InputError) {
        guard vectors.count <= Int(Int32.max) else {
            throw InputError(place: "index", expected: "at most \(Int32.max) items", found: vectors.count)
        }
        itemCount = vectors.count
        termCount = vectors.width
        var offsets = [Int](repeating: 0, count: vectors.width + 1)
        for term in vectors.terms { offsets[Int(term) + 1] += 1 }
        for term in 0..<vectors.width { offsets[term + 1] += offsets[term] }
        var next = offsets
        var items = [Int32](repeating: 0, count: vectors.terms.count)
        var weights = [Float](repeating: 0, count: vectors.terms.count)
        for item in 0..<vectors.count {
            for entry in vectors.offsets[item]..<vectors.offsets[item + 1] {
                let term = Int(vectors.terms[entry])
                items[next[term]] = Int32(item)
                weights[next[term]] = vectors.weights[entry]
                next[term] += 1
            }
        }
        (self.offsets, self.items, self.weights) = (offsets, items, weights)
    }

    /// What it holds.
    package var statistics: Statistics {
        Statistics(
            items: itemCount, usedTerms: (0..<termCount).count { offsets[$0] < offsets[$0 + 1] },
            postings: items.count, termsPerItem: itemCount == 0 ? 0 : Double(items.count) / Double(itemCount),
            bytes: items.count * (MemoryLayout<Int32>.stride + MemoryLayout<Float>.stride)
                + offsets.count * MemoryLayout<Int>.stride)
    }

    /// How many postings a search looks at.
    package func postings(of query: [(term: Int, weight: Float)]) -> Int {
        query.reduce(0) { $0 + offsets[$1.term + 1] - offsets[$1.term] }
    }

    /// The best items by scalar product with the query, best first, of equal scores the lower item first. Items that share
    /// no term with the query score nothing and are left out, so fewer than `count` may come.
    /// - Throws: `InputError` when a term is not of the index or a weight not finite and positive.
    package func search(
        _ query: [(term: Int, weight: Float)], top count: Int, reusing accumulator: inout Accumulator
    ) throws(InputError) -> [(item: Int, score: Float)] {
        for (term, weight) in query {
            guard term >= 0, term < termCount else {
                throw InputError(place: "query", expected: "a term of 0..<\(termCount)", found: term)
            }
            guard weight > 0, weight.isFinite else {
                throw InputError(place: "query, term \(term)", expected: "a positive weight", found: weight)
            }
        }
        if accumulator.sums.count != itemCount {
            accumulator.sums = [Float](repeating: -1, count: itemCount)
        }
        for (term, weight) in query {
            for posting in offsets[term]..<offsets[term + 1] {
                let item = Int(items[posting])
                if accumulator.sums[item] < 0 {
                    accumulator.sums[item] = 0
                    accumulator.met.append(items[posting])
                }
                accumulator.sums[item] += weight * weights[posting]
            }
        }
        var best = Shortlist(size: count)
        for item in accumulator.met {
            try best.add(Int(item), accumulator.sums[Int(item)])
            accumulator.sums[Int(item)] = -1
        }
        accumulator.met.removeAll(keepingCapacity: true)
        return best.ranked
    }

    /// A search with an accumulator of its own.
    package func search(
        _ query: [(term: Int, weight: Float)], top count: Int
    ) throws(InputError) -> [(item: Int, score: Float)] {
        var accumulator = Accumulator()
        return try search(query, top: count, reusing: &accumulator)
    }
}
