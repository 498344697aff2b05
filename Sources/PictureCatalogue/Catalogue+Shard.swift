package import AsCLBase
import Foundation
import GRDB

extension Catalogue {
    /// The part of its folders' pictures that the index is of; nil where it is of all.
    package func shard() throws -> Shard? {
        try database.read { database in
            try Row.fetchOne(database, sql: "SELECT number, count FROM shard")
                .flatMap { Shard(index: $0[0], count: $0[1]) }
        }
    }

    /// Throws where the index cannot be of a part that is asked for: which one it is of is settled by its first run.
    package func expectShard(_ asked: Shard?) throws {
        let own = try shard()
        guard let asked, asked != own, try own != nil || !roots().isEmpty else { return }
        throw InputError(
            path: folder, place: "shard",
            expected: own.map { "\($0), which the index is of" } ?? "none, as the index is of all pictures",
            found: "\(asked): name another folder by --index")
    }

    /// Makes a new index that of a part, and holds an old one to it.
    /// - Returns: The part that it is of.
    func setShard(_ asked: Shard?) throws -> Shard? {
        try expectShard(asked)
        guard let asked, try shard() == nil else { return try shard() }
        try database.write { database in
            try database.execute(
                sql: "INSERT INTO shard (number, count) VALUES (?, ?)", arguments: [asked.index, asked.count])
        }
        return asked
    }

    /// Takes down what lay in a folder, other shards' pictures too, once all that is the index's own is in it.
    func setListing(_ digest: ContentDigest?, _ root: Int64) throws {
        try database.write { database in
            try database.execute(
                sql: "UPDATE root SET listing = ? WHERE id = ?", arguments: [digest.map { Data($0.bytes) }, root])
        }
    }

    /// What lay in the folders, by their paths; nil while a shard's run has not come to its end.
    func listings() throws -> [String: Data]? {
        try database.read { database in
            let rows = try Row.fetchAll(database, sql: "SELECT path, listing FROM root")
            var listings: [String: Data] = [:]
            for row in rows {
                guard let listing = row[1] as Data? else { return nil }
                listings[row[0]] = listing
            }
            return listings
        }
    }

    /// Files with a content of which a model has neither features nor a reason why not.
    func unseenFileCount(_ model: CatalogueModel) throws -> Int {
        try database.read { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT count(*) FROM file WHERE content IS NOT NULL
                    AND content NOT IN (SELECT content FROM feature WHERE model = ?)
                    """, arguments: [model.id]) ?? 0
        }
    }
}
