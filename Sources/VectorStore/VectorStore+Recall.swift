import AsCLBase
import CVectorScan

extension VectorStore {
    /// Rows whose float16 are looked at before the best so far are kept.
    private static let rowsAtOnce = 16_384

    /// Of the exact nearest by float16, the share that is among the first rows by 8-bit codes, for several numbers of these:
    /// what a search would miss that decided among so few.
    /// - Parameters:
    ///   - top: How many are the nearest.
    ///   - sizes: How many rows by codes; rising.
    ///   - progress: Told how many queries are done.
    package func shortlistRecall(
        queries: [[Float]], top: Int, sizes: [Int], progress: (Int) -> Void = { _ in }
    ) throws -> [Double] {
        let units = try normalized(queries.flatMap { $0 }[...], wantsUnits: true) { "query \($0 + 1)" }.units
        let held = state.withLock { $0.withoutIDs }
        let scan = Scan(held, dimension: dimension, threads: threads, filters: [])
        let live = held.live.rows
        guard !live.isEmpty, let most = sizes.last else { return sizes.map { _ in 1 } }
        var (found, all) = ([Int](repeating: 0, count: sizes.count), 0)
        for query in queries.indices {
            let unit = units[query * dimension..<(query + 1) * dimension]
            let rows = try scan.candidates(unit, wanted: most, filters: [nil], on: VS_BEST)[0]
            var best: [Scan.Rescored] = []
            for start in stride(from: 0, to: live.count, by: Self.rowsAtOnce) {
                let part = Array(live[start..<min(live.count, start + Self.rowsAtOnce)])
                best = Array(Scan.inOrder(best + scan.rescored(part, unit)).prefix(top))
            }
            all += best.count
            for (place, size) in sizes.enumerated() {
                found[place] += Set(rows.prefix(size)).intersection(best.map(\.row)).count
            }
            progress(query + 1)
        }
        return found.map { Double($0) / Double(all) }
    }

    /// The segments' files, and their bytes.
    package var segmentCount: Int { state.withLock { $0.segments.count } }
    package var byteCount: Int { state.withLock { $0.segments.reduce(0) { $0 + $1.end } } }
}
