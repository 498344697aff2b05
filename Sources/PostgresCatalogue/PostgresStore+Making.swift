import AsCLBase
import Foundation
import PictureCatalogue
import Postgres

extension PostgresStore {
    /// What tells the writers of two programs from each other: `ascl` in ASCII, and the table.
    static let lockKey = "(1634952044::bigint << 32) + 'ascl_store'::regclass::oid::bigint"

    /// Makes the tables of every part where there are none, for a model's vectors, and sees whether they can be written.
    /// - Throws: `InputError` where the vectors there are made by something else.
    func make(by model: CatalogueModel) throws {
        allowNew()
        let described = try Self.description(of: model)
        var collection = UUID().uuidString.lowercased()
        // Before any is made: another's vectors in one are the end of it, and nothing is half made.
        for part in parts {
            try part.pool.use { connection in
                guard let found = try Found(connection) else { return }
                collection = found.collection
                try found.expect(model, part.name)
                try Self.expectWritable(connection, part.name)
            }
        }
        for part in parts {
            try part.pool.use { connection in
                try Self.addExtension(connection, part.name)
                try connection.transaction {
                    // `IF NOT EXISTS` alone does not keep two from making a table at once.
                    try connection.run("SELECT pg_advisory_xact_lock(1634952044)")
                    if let found = try Found(connection) {
                        // Where two make them at once, the first part's says whose they are.
                        collection = found.collection
                        return try found.expect(model, part.name)
                    }
                    try connection.run(Self.tables(model.dimension, part: part.index, of: parts.count))
                    try connection.run(
                        """
                        INSERT INTO ascl_store (
                            description, shape, checkpoint, checkpoint_fingerprint, checkpoint_dimension,
                            identity, format, parts, part, collection)
                        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                        """,
                        described + [
                            .text(model.identity), .number(ExpectedStore.format), .number(parts.count),
                            .number(part.index), .text(collection),
                        ])
                }
            }
        }
    }

    /// What may change of a model while its vectors stay: how the encoder is described, its shape, and the trained model that
    /// scores its features.
    static func description(of model: CatalogueModel) throws -> [PostgresValue] {
        let texts = try model.texts()
        return [
            .text(texts.description), .text(texts.shape), .optional(model.checkpoint?.path),
            .optional(model.checkpoint?.fingerprint), .number(model.checkpoint?.dimension),
        ]
    }

    /// What a database has so far.
    private struct Found {
        let collection, vectors, identity: String
        let hasFeatures: Bool

        init?(_ connection: PostgresConnection) throws(PostgresError) {
            guard try connection.hasTables() else { return nil }
            let rows = try connection.run(
                "SELECT collection, \(VectorColumn.embedding.fingerprint), identity, checkpoint IS NOT NULL FROM ascl_store"
            )
            guard let collection = rows.text(0, 0), let vectors = rows.text(0, 1), let identity = rows.text(0, 2) else {
                return nil
            }
            (self.collection, self.vectors, self.identity) = (collection, vectors, identity)
            hasFeatures = rows.truth(0, 3)
        }

        /// Refuses what neither has a model's vectors nor the features that they may be made of.
        func expect(_ model: CatalogueModel, _ name: String) throws {
            let isMade = hasFeatures && model.checkpoint != nil && identity == model.identity
            guard isMade || vectors == model.vectorsFingerprint else {
                throw PostgresStore.refusal(of: model, found: vectors, name)
            }
        }
    }

    static func refusal(of model: CatalogueModel, found: String, _ name: String) -> InputError {
        InputError(
            path: name, place: "model",
            expected: "\(model.vectorsFingerprint), which the pictures are to be encoded by",
            found: "vectors of \(found): name what made them, or another database")
    }

    private static func expectWritable(_ connection: PostgresConnection, _ name: String) throws {
        let rows = try connection.run(
            """
            SELECT current_setting('transaction_read_only') = 'off'
                AND has_table_privilege('ascl_store', 'UPDATE') AND has_table_privilege('ascl_root', 'INSERT')
                AND has_table_privilege('ascl_picture', 'INSERT') AND has_table_privilege('ascl_picture', 'DELETE')
                AND has_table_privilege('ascl_file', 'INSERT') AND has_table_privilege('ascl_file', 'DELETE')
            """)
        guard rows.truth(0, 0) else {
            throw InputError(
                path: name, place: "rights", expected: "a role that may write",
                found: "one that may only read: searches are answered, but nothing can be indexed")
        }
    }

    private static func addExtension(_ connection: PostgresConnection, _ name: String) throws {
        do { try connection.run("CREATE EXTENSION IF NOT EXISTS vector") } catch {
            guard case .refused = error.kind, !error.isLost else { throw error }
            throw InputError(
                path: name, place: "extension", expected: wantedExtension,
                found: "none, and \(error.inputError.found): an administrator can `CREATE EXTENSION vector`")
        }
    }

    /// The tables of one part. Texts compare byte by byte, as they do in an index's folder. That files refer to what is there,
    /// one writer sees to: checks of every row would take longer than the rest of a load.
    private static func tables(_ dimension: Int, part: Int, of parts: Int) -> String {
        """
        CREATE TABLE ascl_store (
            format int NOT NULL, parts int NOT NULL, part int NOT NULL, collection text NOT NULL,
            identity text NOT NULL, description text NOT NULL, shape text NOT NULL,
            checkpoint text, checkpoint_fingerprint text, checkpoint_dimension int, next text,
            answers boolean NOT NULL DEFAULT false, findable bigint NOT NULL DEFAULT 0,
            one boolean PRIMARY KEY DEFAULT true CHECK (one)
        );
        CREATE TABLE ascl_root (
            id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, path text COLLATE "C" NOT NULL UNIQUE
        );
        CREATE SEQUENCE ascl_picture_id INCREMENT BY \(parts) MINVALUE 1 START \(part == 0 ? parts : part);
        CREATE TABLE ascl_picture (
            id bigint PRIMARY KEY DEFAULT nextval('ascl_picture_id'), sha256 bytea NOT NULL UNIQUE,
            width int, height int, taken text COLLATE "C", camera text COLLATE "C",
            latitude double precision, longitude double precision, look bigint, problem text,
            embedding halfvec(\(dimension)), features bytea
        );
        -- Float16 numbers, which no packing makes less.
        ALTER TABLE ascl_picture ALTER COLUMN features SET STORAGE EXTERNAL;
        ALTER SEQUENCE ascl_picture_id OWNED BY ascl_picture.id;
        CREATE TABLE ascl_file (
            root int NOT NULL, path text COLLATE "C" NOT NULL, size bigint NOT NULL,
            modified bigint NOT NULL, written bigint, written_at text COLLATE "C",
            picture bigint, problem text, PRIMARY KEY (root, path)
        );
        CREATE INDEX ascl_file_picture ON ascl_file (picture);
        CREATE TABLE ascl_thumbnail (
            picture bigint REFERENCES ascl_picture ON DELETE CASCADE, side int, jpeg bytea NOT NULL,
            PRIMARY KEY (picture, side)
        );
        """
    }
}
