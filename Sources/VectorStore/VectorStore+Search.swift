import AsCLBase
import CVectorScan

/// A vector that was found.
package struct VectorMatch: Equatable, Sendable {
    package let id: Int64
    /// The cosine, of the stored float16.
    package let score: Float

    /// Joins both.
    package init(id: Int64, score: Float) { (self.id, self.score) = (id, score) }
}

extension VectorStore {
    /// What is scanned for at once.
    private static let mostQueries = Int(VS_MOST_QUERIES)

    /// The name of the instructions that this machine scans with.
    package static var instructions: String {
        switch vs_best_instructions() {
        case VS_AVX512_VNNI: "AVX-512 VNNI"
        case VS_AVX2: "AVX2"
        default: "portable"
        }
    }

    /// The nearest vectors to each query, best first, equal ones in the order in which they were put in. Queries that come
    /// together cost little more than one, and each gets what it would get alone.
    /// - Parameters:
    ///   - queries: Vectors of any length but 0.
    ///   - top: How many to find at most.
    ///   - filter: Which ids may be found, for all queries.
    package func search(
        queries: [[Float]], top: Int, filter: VectorFilter? = nil
    ) throws -> [[VectorMatch]] {
        try search(queries: queries, top: top, filters: filter.map { [$0] } ?? []) { _ in filter == nil ? nil : 0 }
    }

    /// The nearest vectors to each query, each with a filter of its own.
    package func search(queries: [[Float]], top: Int, filters: [VectorFilter?]) throws -> [[VectorMatch]] {
        guard filters.count == queries.count else {
            throw InputError(
                expected: "a filter, or nil, for each of \(queries.count) queries", found: "\(filters.count)")
        }
        let present = filters.indices.filter { filters[$0] != nil }
        return try search(queries: queries, top: top, filters: filters.compactMap { $0 }) { present.firstIndex(of: $0) }
    }

    private func search(
        queries: [[Float]], top: Int, filters: [VectorFilter], filterOf: (Int) -> Int?
    ) throws -> [[VectorMatch]] {
        guard top > 0 else { throw InputError(expected: "at least 1 vector to find", found: "\(top)") }
        for (place, query) in queries.enumerated() where query.count != dimension {
            throw InputError(
                path: folder, place: "query \(place + 1)", expected: "\(dimension) numbers", found: "\(query.count)")
        }
        let units = try normalized(queries.flatMap { $0 }[...], wantsUnits: true) { "query \($0 + 1)" }.units
        let (held, known) = state.withLock { state in (state.withoutIDs, filters.map { $0.knownRows(state) }) }
        // A closure of the caller's runs without the lock.
        let rows = zip(filters, known).map { $1 ?? $0.matchingRows(held) }
        let scan = Scan(held, dimension: dimension, threads: threads, filters: rows)
        guard scan.rowCount > 0 else { return queries.map { _ in [] } }
        return try stride(from: 0, to: queries.count, by: Self.mostQueries).flatMap { start in
            let range = start..<min(queries.count, start + Self.mostQueries)
            let own = units[range.lowerBound * dimension..<range.upperBound * dimension]
            return try scan.best(own, top: top, filters: range.map(filterOf), on: VS_BEST)
        }
    }
}
