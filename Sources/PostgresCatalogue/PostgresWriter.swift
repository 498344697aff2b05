package import AsCLBase
package import FeatureExtraction
import Foundation
package import PictureCatalogue
import Postgres

/// Writes a collection into PostgreSQL. What of a batch belongs to one part is written whole or not at all, with the model's
/// fingerprint held to that of the vectors that are there.
package final class PostgresWriter: IndexWriter {
    private let store: PostgresStore
    private let identity: String
    private let dimension: Int
    private let layout: RecordLayout
    /// Connections of its own, each of which has the right to write.
    let pools: [PostgresPool]
    /// In which part a file of the folder in hand lies, where there are several.
    private var partOfFile: [PictureName: Int] = [:]

    /// Seconds in which a graph is made, during which no word comes.
    private static let patienceForGraph = 7 * 86400.0

    package var repairs: [String] { [] }

    /// Takes hold of a collection; its tables are made where there are none.
    /// - Throws: `InputError` where another program writes, the role may not, or the vectors are another encoder's.
    package init(_ store: PostgresStore, by model: CatalogueModel) throws {
        guard case .vector = model.description, model.checkpoint == nil else {
            throw InputError(
                path: store.name, place: "encoder", expected: "a CLIP's or a SigLIP's vector, all that is kept here",
                found: "\(model.checkpoint?.path ?? model.encoder): that goes into an index's folder")
        }
        try store.make(by: model)
        self.store = store
        (identity, dimension, layout) = (model.identity, model.dimension, model.layout)
        pools = store.parts.map { part in
            PostgresPool(part.pool.address, patience: 60) { connection in
                try connection.prepareForAscl()
                guard
                    try connection.run("SELECT pg_try_advisory_lock(\(PostgresStore.lockKey))").truth(0, 0)
                else {
                    throw InputError(
                        path: part.name, place: "lock", expected: "one indexing at a time",
                        found: "another at work here")
                }
            }
        }
        for pool in pools { try pool.use { _ in () } }
    }

    // A server may take its time to see that a connection is closed, and whoever indexes next need not wait for it.
    deinit { for pool in pools { pool.close(after: "SELECT pg_advisory_unlock_all()") } }

    package func isAnsweredByAnother() throws -> Bool { false }

    package func roots() throws -> [String] { try store.numbers().folders }

    package func files(in root: String) throws -> [PictureName: KnownFile] {
        var files: [PictureName: KnownFile] = [:]
        partOfFile = [:]
        for (part, pool) in pools.enumerated() {
            let rows = try pool.use { connection in
                try connection.run(
                    "INSERT INTO ascl_root (path) VALUES ($1) ON CONFLICT DO NOTHING", [.text(root)])
                return try connection.run(
                    """
                    SELECT f.path, f.size, f.modified, encode(p.sha256, 'hex'), p.embedding IS NOT NULL
                    FROM ascl_file f JOIN ascl_root r ON r.id = f.root LEFT JOIN ascl_picture p ON p.id = f.picture
                    WHERE r.path = $1
                    """, [.text(root)])
            }
            for row in 0..<rows.count {
                let name = PictureName(rows.text(row, 0) ?? "")
                // In two parts at once, as a kill may leave it: read anew, it is in one.
                let isTwice = files[name] != nil
                files[name] = KnownFile(
                    stamp: FileStamp(size: rows.number(row, 1) ?? 0, modified: rows.number(row, 2) ?? -1),
                    digest: rows.text(row, 3).flatMap { ContentDigest(hexadecimal: $0) },
                    hasFeatures: rows.truth(row, 4) && !isTwice)
                if pools.count > 1 { partOfFile[name] = isTwice ? -1 : part }
            }
        }
        return files
    }

    package func contents() throws -> Set<ContentDigest> {
        var contents = Set<ContentDigest>()
        for pool in pools {
            let rows = try pool.use {
                try $0.run("SELECT sha256 FROM ascl_picture WHERE embedding IS NOT NULL", isBinary: true)
            }
            for row in 0..<rows.count {
                rows.withBytes(row, 0) { bytes in
                    guard bytes.count == ContentDigest.byteCount else { return }
                    contents.insert(ContentDigest(bytes: bytes))
                }
            }
        }
        return contents
    }

    package func write(_ outcomes: [PictureOutcome], in root: String) throws {
        try write(outcomes.map { IndexedFile($0, layout: layout) }, in: root)
    }

    package func note(problems: [(name: String, reason: String)], in root: String) throws {
        try write(
            problems.map {
                IndexedFile(
                    name: PictureName($0.name), stamp: FileStamp(size: 0, modified: -1), written: nil, digest: nil,
                    problem: $0.reason, facts: nil, vector: nil)
            }, in: root)
    }

    /// Takes down files with what is known of them.
    package func write(_ files: [IndexedFile], in root: String) throws {
        guard !files.isEmpty else { return }
        let groups = Dictionary(grouping: files) { $0.digest.map(store.part(of:)) ?? 0 }
        for (part, own) in groups.sorted(by: { $0.key < $1.key }) {
            let name = store.parts[part].name
            try pools[part].use { connection in
                try connection.transaction { try put(own, in: root, connection, name) }
            }
        }
        // Only now: a kill in between leaves a file in two parts, and none in no part.
        for (part, pool) in pools.enumerated() where pools.count > 1 {
            let moved = groups.filter { $0.key != part }.values.joined().map(\.name)
                .filter { partOfFile[$0] == part || partOfFile[$0] == -1 }
            if !moved.isEmpty { try pool.use { try forget(moved, root, $0) } }
        }
        guard pools.count > 1 else { return }
        for (part, own) in groups { for file in own { partOfFile[file.name] = part } }
    }

    package func forget(_ names: [PictureName], in root: String) throws {
        for pool in pools { try pool.use { try forget(names, root, $0) } }
    }

    package func catchUp(progress: (_ done: Int, _ total: Int) -> Void, isCancelled: () -> Bool) throws {}

    package func finish(progress: (_ done: Int, _ total: Int) -> Void, isCancelled: () -> Bool) throws {
        for pool in pools {
            do {
                try withoutActuallyEscaping(isCancelled) { isCancelled in try pool.use { try index($0, isCancelled) } }
            } catch {
                // The graph is made anew then.
                if isCancelled() { throw CancellationError() }
                throw error
            }
        }
        // Once all parts are whole.
        for pool in pools {
            _ = try pool.use { try $0.run("UPDATE ascl_store SET answers = true WHERE NOT answers") }
        }
    }

    /// Makes the graph that finds what is near, where there is none: after the first load, which is many times as fast as
    /// before it. What comes later goes into the graph as it comes.
    private func index(_ connection: PostgresConnection, _ isCancelled: @escaping () -> Bool) throws {
        connection.isCancelled = isCancelled
        defer { connection.isCancelled = nil }
        guard try connection.run("SELECT to_regclass('ascl_picture_embedding') IS NULL").truth(0, 0) else { return }
        try connection.transaction {
            let findable: Int = try connection.run("SELECT findable FROM ascl_store").number(0, 0) ?? 0
            // A graph that does not fit into this memory takes many times as long.
            let megabytes = min(max(64, findable * (2 * dimension + 400) >> 20), 2048)
            try connection.run("SET LOCAL maintenance_work_mem = '\(megabytes)MB'")
            try connection.run(
                """
                CREATE INDEX ascl_picture_embedding ON ascl_picture USING hnsw (embedding halfvec_ip_ops)
                WITH (m = 16, ef_construction = 64)
                """, patience: Self.patienceForGraph)
        }
        try connection.run("ANALYZE ascl_picture, ascl_file")
    }
}

extension PostgresWriter {
    private static let columns = [
        "path", "size", "modified", "written", "written_at", "sha256", "problem", "width", "height", "taken", "camera",
        "latitude", "longitude", "look", "embedding",
    ]

    /// Puts files of one part in, over a connection that is in a transaction.
    private func put(
        _ files: [IndexedFile], in root: String, _ connection: PostgresConnection, _ name: String
    ) throws {
        // Whoever else writes waits here, and so does who would make these the tables of another model.
        let found = try connection.run("SELECT identity FROM ascl_store FOR UPDATE").text(0, 0) ?? "nothing"
        try PostgresStore.expect(identity, found, name)
        try connection.run(
            """
            CREATE TEMPORARY TABLE IF NOT EXISTS ascl_new (
                path text, size bigint, modified bigint, written bigint, written_at text, sha256 bytea, problem text,
                width int, height int, taken text, camera text, latitude double precision,
                longitude double precision, look bigint, embedding halfvec(\(dimension))
            ) ON COMMIT DELETE ROWS
            """)
        try connection.copy(into: "ascl_new", Self.columns) { copy throws(PostgresError) in
            for file in files { try copy.add(file) }
        }
        let findable =
            "SELECT count(*) FROM ascl_picture NATURAL JOIN (SELECT DISTINCT sha256 FROM ascl_new) n "
            + "WHERE embedding IS NOT NULL"
        let before: Int = try connection.run(findable).number(0, 0) ?? 0
        try connection.run(
            """
            INSERT INTO ascl_picture AS old (
                sha256, problem, width, height, taken, camera, latitude, longitude, look, embedding)
            SELECT DISTINCT ON (sha256) sha256, problem, width, height, taken, camera, latitude, longitude, look, embedding
            FROM ascl_new WHERE sha256 IS NOT NULL AND (embedding IS NOT NULL OR problem IS NOT NULL)
            ORDER BY sha256, embedding IS NULL
            ON CONFLICT (sha256) DO UPDATE SET
                problem = excluded.problem, embedding = excluded.embedding,
                width = COALESCE(excluded.width, old.width), height = COALESCE(excluded.height, old.height),
                taken = COALESCE(excluded.taken, old.taken), camera = COALESCE(excluded.camera, old.camera),
                latitude = COALESCE(excluded.latitude, old.latitude),
                longitude = COALESCE(excluded.longitude, old.longitude), look = COALESCE(excluded.look, old.look)
            """)
        let after: Int = try connection.run(findable).number(0, 0) ?? 0
        try connection.run(
            """
            INSERT INTO ascl_file (root, path, size, modified, written, written_at, picture, problem)
            SELECT r.id, n.path, n.size, n.modified, n.written, n.written_at, p.id,
                CASE WHEN p.id IS NULL THEN n.problem END
            FROM ascl_new n JOIN ascl_root r ON r.path = $1 LEFT JOIN ascl_picture p ON p.sha256 = n.sha256
            ON CONFLICT (root, path) DO UPDATE SET
                size = excluded.size, modified = excluded.modified, written = excluded.written,
                written_at = excluded.written_at, picture = excluded.picture, problem = excluded.problem
            """, [.text(root)])
        try count(after - before, connection)
    }

    private func forget(_ names: [PictureName], _ root: String, _ connection: PostgresConnection) throws {
        try connection.transaction {
            try connection.run(
                """
                DELETE FROM ascl_file USING ascl_root r
                WHERE r.id = root AND r.path = $1 AND ascl_file.path = ANY ($2::text[])
                """, [.text(root), .array(names.map(\.text))])
            let gone: Int =
                try connection.run(
                    """
                    WITH gone AS (
                        DELETE FROM ascl_picture p WHERE NOT EXISTS (SELECT FROM ascl_file f WHERE f.picture = p.id)
                        RETURNING embedding IS NOT NULL AS counts)
                    SELECT count(*) FROM gone WHERE counts
                    """
                ).number(0, 0) ?? 0
            try count(-gone, connection)
        }
    }

    /// Keeps the number of pictures that can be found: to count them would look at each.
    private func count(_ change: Int, _ connection: PostgresConnection) throws {
        guard change != 0 else { return }
        try connection.run("UPDATE ascl_store SET findable = findable + $1::bigint", [.number(change)])
    }
}

extension PostgresCopy {
    /// Adds a file, in the order of the columns.
    fileprivate mutating func add(_ file: IndexedFile) throws(PostgresError) {
        try begin()
        add(file.name.text)
        add(Int64(file.stamp.size))
        add(Int64(file.stamp.modified))
        add(file.written.map { Int64($0) })
        add(file.writtenAt)
        add(file.digest?.bytes)
        add(file.problem)
        add(file.facts.map { Int32($0.size.width) })
        add(file.facts.map { Int32($0.size.height) })
        add(file.facts?.taken)
        add(file.facts?.camera)
        add(file.facts?.place?.latitude)
        add(file.facts?.place?.longitude)
        add(file.facts?.look.map { Int64(bitPattern: $0.bits) })
        add(
            file.vector.map { vector -> [UInt8] in
                let length = vector.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
                return VectorBytes.halves(vector.map { $0 / length })
            })
    }
}

extension PostgresStore {
    /// Forgets a folder and all that lies in it; false where the collection has none of that path.
    package func forget(root: String) throws -> Bool {
        let found = try gather { _, connection in
            try connection.transaction {
                guard
                    try connection.run("SELECT pg_try_advisory_xact_lock(\(PostgresStore.lockKey))").truth(0, 0)
                else {
                    throw InputError(
                        place: "lock", expected: "one indexing at a time", found: "another at work here")
                }
                try connection.run(
                    "DELETE FROM ascl_file USING ascl_root r WHERE r.id = root AND r.path = $1", [.text(root)])
                let roots = try connection.run("DELETE FROM ascl_root WHERE path = $1", [.text(root)]).affected
                let gone: Int =
                    try connection.run(
                        """
                        WITH gone AS (
                            DELETE FROM ascl_picture p
                            WHERE NOT EXISTS (SELECT FROM ascl_file f WHERE f.picture = p.id)
                            RETURNING embedding IS NOT NULL AS counts)
                        SELECT count(*) FROM gone WHERE counts
                        """
                    ).number(0, 0) ?? 0
                try connection.run("UPDATE ascl_store SET findable = findable - $1::bigint", [.number(gone)])
                return roots > 0
            }
        }
        if let missing = found.missing.first {
            throw InputError(path: name, place: "store", expected: "all parts to answer", found: missing)
        }
        return found.value.contains { $0.value }
    }
}
