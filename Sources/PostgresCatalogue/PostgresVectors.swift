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
    let store: PostgresStore
    let dimension: Int
    /// What makes them.
    let fingerprint: String
    private let findable = Mutex(0)

    /// Where a filter leaves no more than so many pictures of a part, looking at each costs less than going through the graph.
    private let looksAtAll: Int

    init(_ store: PostgresStore, of model: CatalogueModel, looksAtAll: Int = 5000) {
        (self.store, self.looksAtAll) = (store, looksAtAll)
        (dimension, fingerprint) = (model.dimension, model.vectorsFingerprint)
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
        let share = PostgresStore.share(of: top, parts: store.parts.count)
        let found = try nearest(to: queries, share, filter, isWhole: isWhole)
        var lists = Dictionary(found.value) { first, _ in first }
        let merged = Self.merged(lists, queries.indices, top)
        // Whose list is among the nearest to its very end may have more of them.
        let cut = lists.filter { _, own in
            queries.indices.contains { query in
                own[query].count == share && own[query].last.map(merged[query].contains) ?? false
            }
        }
        guard share < top, !cut.isEmpty else { return Gathered(merged, missing: found.missing) }
        let more = try nearest(to: queries, top, from: cut.keys.sorted(), filter, isWhole: isWhole)
        lists.merge(more.value) { $1 }
        return Gathered(Self.merged(lists, queries.indices, top), missing: found.missing + more.missing)
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

    private static func merged(
        _ lists: [Int: [[VectorMatch]]], _ queries: Range<Int>, _ top: Int
    ) -> [[VectorMatch]] {
        queries.map { query in
            let all = lists.values.flatMap { $0[query] }
            return Array(all.sorted { ($0.score, $1.id) > ($1.score, $0.id) }.prefix(top))
        }
    }
}
