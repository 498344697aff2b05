import AsCLBase
import FeatureExtraction
import Postgres

extension PostgresStore {
    package func forget(root path: String) throws -> Bool {
        let found = try gather { part, connection in
            try connection.transaction {
                try connection.lock("pg_try_advisory_xact_lock", part.name)
                try connection.run(
                    "DELETE FROM ascl_file USING ascl_root r WHERE r.id = root AND r.path = $1", [.text(path)])
                let roots = try connection.run("DELETE FROM ascl_root WHERE path = $1", [.text(path)]).affected
                try connection.forgetUnused()
                return roots > 0
            }
        }
        if let missing = found.missing.first {
            throw InputError(path: name, place: "store", expected: "all parts to answer", found: missing)
        }
        return found.value.contains { $0.value }
    }
}

extension PostgresConnection {
    /// Every picture of a part is looked at meanwhile, and no word comes.
    static let patienceForSweep = 3600.0

    /// Takes hold of a part for whoever writes.
    /// - Parameters:
    ///   - function: PostgreSQL's, which says how long it is held.
    ///   - name: The part's.
    func lock(_ function: String, _ name: String) throws {
        guard try run("SELECT \(function)(\(PostgresStore.lockKey))").truth(0, 0) else {
            throw InputError(
                path: name, place: "lock", expected: "one indexing at a time", found: "another at work here")
        }
    }

    /// Forgets files, and not what they held.
    func forget(_ names: [PictureName], in root: String) throws(PostgresError) {
        try run(
            """
            DELETE FROM ascl_file USING ascl_root r
            WHERE r.id = root AND r.path = $1 AND ascl_file.path = ANY ($2::text[])
            """, [.text(root), .array(names.map(\.text))])
    }

    /// Forgets pictures that no file has any more; in a transaction.
    func forgetUnused() throws(PostgresError) {
        let gone: Int =
            try run(
                """
                WITH gone AS (
                    DELETE FROM ascl_picture p WHERE NOT EXISTS (SELECT FROM ascl_file f WHERE f.picture = p.id)
                    RETURNING embedding IS NOT NULL AS counts)
                SELECT count(*) FROM gone WHERE counts
                """, patience: Self.patienceForSweep
            ).number(0, 0) ?? 0
        try addFindable(-gone)
    }

    /// Keeps the number of pictures that can be found: to count them would look at each.
    func addFindable(_ change: Int) throws(PostgresError) {
        guard change != 0 else { return }
        try run("UPDATE ascl_store SET findable = findable + $1::bigint", [.number(change)])
    }
}
