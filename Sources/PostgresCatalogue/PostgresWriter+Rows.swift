import AsCLBase
import FeatureExtraction
import PictureCatalogue
import Postgres

extension PostgresWriter {
    private static let columns = [
        "path", "size", "modified", "written", "written_at", "sha256", "problem", "width", "height", "taken", "camera",
        "latitude", "longitude", "look", "embedding", "features",
    ]

    /// Puts files of one part in, over a connection that is in a transaction.
    func put(_ files: [IndexedFile], in root: String, _ part: Int, _ connection: PostgresConnection) throws {
        let column = columns[part]
        try expectVectors(column, connection, store.parts[part].name)
        try connection.run(
            """
            CREATE TEMPORARY TABLE IF NOT EXISTS ascl_new (
                path text, size bigint, modified bigint, written bigint, written_at text, sha256 bytea, problem text,
                width int, height int, taken text, camera text, latitude double precision,
                longitude double precision, look bigint, embedding halfvec(\(model.dimension)), features bytea
            ) ON COMMIT DELETE ROWS;
            ALTER TABLE ascl_new ALTER COLUMN features SET STORAGE EXTERNAL
            """)
        try connection.copy(into: "ascl_new", Self.columns) { copy throws(PostgresError) in
            for file in files { try copy.add(file, withFeatures: model.checkpoint != nil) }
        }
        let findable =
            "SELECT count(*) FROM ascl_picture NATURAL JOIN (SELECT DISTINCT sha256 FROM ascl_new) n "
            + "WHERE embedding IS NOT NULL"
        let before: Int = try connection.run(findable).number(0, 0) ?? 0
        try connection.run(
            """
            INSERT INTO ascl_picture AS old (
                sha256, problem, width, height, taken, camera, latitude, longitude, look, \(column.rawValue), features)
            SELECT DISTINCT ON (sha256)
                sha256, problem, width, height, taken, camera, latitude, longitude, look, embedding, features
            FROM ascl_new WHERE sha256 IS NOT NULL AND (embedding IS NOT NULL OR problem IS NOT NULL)
            ORDER BY sha256, embedding IS NULL
            ON CONFLICT (sha256) DO UPDATE SET
                problem = excluded.problem, features = excluded.features,
                \(column.rawValue) = excluded.\(column.rawValue),
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
        try connection.addFindable(after - before)
    }
}

extension PostgresCopy {
    /// Adds a file, in the order of the columns.
    fileprivate mutating func add(_ file: IndexedFile, withFeatures: Bool) throws(PostgresError) {
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
        add(file.vector.map(VectorBytes.unit))
        add(withFeatures ? file.features?.withBytes { Array($0) } : nil)
    }
}
