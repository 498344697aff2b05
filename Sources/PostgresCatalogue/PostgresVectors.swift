import Foundation
import PictureCatalogue
import Postgres
import Synchronization
import VectorStore

/// The vectors of a collection in PostgreSQL.
///
/// pgvector's graph finds what is near, and the cosines of what it finds are told by float32 products with the stored
/// float16, as in an index's folder. Where a filter leaves few pictures, or the graph finds fewer than there are, all that
/// pass are looked at.
final class PostgresVectors: PictureVectors {
    private let store: PostgresStore
    let dimension: Int
    private let findable = Mutex(0)

    /// Where a filter leaves no more than so many pictures of a part, looking at each costs less than going through the graph.
    private let looksAtAll: Int

    init(store: PostgresStore, dimension: Int, looksAtAll: Int = 5000) {
        (self.store, self.dimension, self.looksAtAll) = (store, dimension, looksAtAll)
    }

    var count: Int { findable.withLock { $0 } }

    var damage: [String] { [] }

    /// Every search asks anew.
    func refresh() {}

    func selection(_ filter: PictureFilter) throws -> PictureSelection {
        let counts = try store.gather { _, connection in
            guard !filter.isEmpty else {
                return try connection.run("SELECT findable FROM ascl_store").number(0, 0) ?? 0 as Int
            }
            let conditions = try PostgresFilter(filter, from: 1, connection)
            return try connection.run(
                "SELECT count(*) FROM ascl_picture p WHERE \(conditions.text)", conditions.values
            ).number(0, 0) ?? 0 as Int
        }
        let count = counts.value.reduce(0) { $0 + $1.value }
        if filter.isEmpty { findable.withLock { $0 = count } }
        return PictureSelection(filter, count: count, missing: counts.missing)
    }

    func nearest(
        to queries: [[Float]], top: Int, in selection: PictureSelection
    ) throws -> Gathered<[[VectorMatch]]> {
        let parts = store.parts.count
        let isSmall = !selection.filter.isEmpty && selection.count <= looksAtAll * parts
        let found = try nearest(to: queries, top: top, selection.filter, isWhole: isSmall)
        // An index scan ends somewhere: where that was before there was enough, the rest is looked for.
        let isComplete = found.value.allSatisfy { $0.count >= min(top, selection.count) }
        return isSmall || isComplete ? found : try nearest(to: queries, top: top, selection.filter, isWhole: true)
    }

    private func nearest(
        to queries: [[Float]], top: Int, _ filter: PictureFilter, isWhole: Bool
    ) throws -> Gathered<[[VectorMatch]]> {
        let query = "$1::vector(\(dimension))"
        let order = "ORDER BY embedding <#> \(query)::halfvec(\(dimension)) LIMIT $2::bigint"
        let found = try store.gather { [dimension] _, connection in
            let conditions = try PostgresFilter(filter, from: 3, connection)
            let own = "SELECT id, embedding FROM ascl_picture p WHERE \(conditions.text)"
            let near = isWhole ? "WITH own AS MATERIALIZED (\(own)) SELECT * FROM own \(order)" : "\(own) \(order)"
            let statement = "SELECT id, -(embedding::vector(\(dimension)) <#> \(query)) FROM (\(near)) near"
            return try queries.map { query in
                let rows = try connection.run(
                    statement, [.binary(VectorBytes.floats(query)), .number(top)] + conditions.values, isBinary: true)
                return (0..<rows.count).map { VectorMatch(id: rows.int64($0, 0), score: Float(rows.double($0, 1))) }
            }
        }
        let merged = queries.indices.map { place in
            let all = found.value.flatMap { $0.value[place] }
            return Array(all.sorted { ($0.score, $1.id) > ($1.score, $0.id) }.prefix(top))
        }
        return Gathered(merged, missing: found.missing)
    }

    func ids(in selection: PictureSelection) throws -> Gathered<[Int64]> {
        let found = try store.gather { _, connection in
            let conditions = try PostgresFilter(selection.filter, from: 1, connection)
            let rows = try connection.run(
                "SELECT id FROM ascl_picture p WHERE \(conditions.text)", conditions.values, isBinary: true)
            return (0..<rows.count).map { rows.int64($0, 0) }
        }
        return Gathered(found.value.flatMap(\.value).sorted(), missing: found.missing)
    }

    func vectors(of ids: [Int64]) throws -> [Int64: [Float]] {
        let groups = Dictionary(grouping: ids, by: store.part(of:))
        guard !groups.isEmpty else { return [:] }
        let found = try store.gather(from: groups.keys.sorted()) { part, connection in
            let rows = try connection.run(
                "SELECT id, embedding FROM ascl_picture WHERE id = ANY ($1::bigint[]) AND embedding IS NOT NULL",
                [.array(groups[part.index] ?? [])], isBinary: true)
            return (0..<rows.count).map { row in
                (rows.int64(row, 0), rows.withBytes(row, 1) { VectorBytes.vector(halves: $0) })
            }
        }
        return Dictionary(found.value.flatMap(\.value)) { first, _ in first }
    }
}
