package import AsCLBase
import FeatureExtraction
import Foundation
import GRDB
import ImageEncoding

/// What is known of the pictures of a collection, in SQLite: which files there are, what they hold, and of which contents
/// there are features by which model.
///
/// A picture is its content, known by its SHA-256; files are places where it lies. Readers see a state that was whole at
/// one moment, whoever writes meanwhile.
package struct Catalogue: Sendable {
    /// The folder of the index.
    package let folder: String
    let database: CatalogueConnection

    /// Opens the catalogue of an index, or makes one.
    /// - Parameter isNew: Whether it may be made.
    /// - Throws: `InputError` where there is none, or it is none of this program's.
    package init(folder: String, isNew: Bool) throws {
        self.folder = folder
        let path = Self.path(in: folder)
        guard isNew || FileManager.default.fileExists(atPath: path) else {
            throw InputError(
                path: folder, place: "index", expected: "an index of pictures",
                found: "none: make one with `ascl index PHOTOS`")
        }
        if isNew { try Folder.make(folder) }
        database = try CatalogueConnection(path: path, schema: Self.schema)
    }

    /// Throws where nothing can be written: to know before long work.
    package func expectWritable() throws(InputError) {
        guard database.isReadOnly else { return }
        throw InputError(
            path: folder, place: "index", expected: "a folder that can be written",
            found: "one that can only be read: searches are answered from it, but nothing can be indexed")
    }

    /// Looks through the whole catalogue.
    /// - Throws: `InputError` where it is damaged.
    func check() throws { try database.check() }

    private static func path(in folder: String) -> String { folder + "/catalogue.sqlite" }

    /// Whether a folder has a catalogue, whatever its state.
    package static func exists(in folder: String) -> Bool {
        FileManager.default.fileExists(atPath: path(in: folder))
    }

    private static var schema: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE model (
                        id INTEGER PRIMARY KEY, encoder TEXT NOT NULL, identity TEXT NOT NULL UNIQUE,
                        dimension INTEGER NOT NULL, answers BOOLEAN NOT NULL
                    );
                    CREATE TABLE root (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
                    CREATE TABLE content (
                        id INTEGER PRIMARY KEY AUTOINCREMENT, sha256 BLOB NOT NULL UNIQUE, width INTEGER, height INTEGER,
                        taken TEXT, camera TEXT, latitude REAL, longitude REAL
                    );
                    CREATE TABLE file (
                        root INTEGER NOT NULL REFERENCES root(id), path TEXT NOT NULL, size INTEGER NOT NULL,
                        modified INTEGER NOT NULL, content INTEGER REFERENCES content(id), problem TEXT,
                        PRIMARY KEY (root, path)
                    ) WITHOUT ROWID;
                    CREATE INDEX file_content ON file(content);
                    CREATE TABLE feature (
                        model INTEGER NOT NULL REFERENCES model(id), content INTEGER NOT NULL REFERENCES content(id),
                        problem TEXT, PRIMARY KEY (model, content)
                    ) WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("looks") { try $0.execute(sql: "ALTER TABLE content ADD COLUMN look INTEGER") }
        // When a file was written, also where its stamp is not to be trusted yet.
        migrator.registerMigration("file times") { database in
            try database.execute(
                sql: """
                    ALTER TABLE file ADD COLUMN written INTEGER;
                    UPDATE file SET written = modified WHERE modified >= 0;
                    """)
        }
        return migrator
    }
}

/// A model that an index has features of.
package struct CatalogueModel: Codable, Sendable, Equatable {
    /// Its number in the index.
    package let id: Int64
    /// The folder of its encoder.
    package let encoder: String
    /// What makes the features, by fingerprint.
    package let identity: String
    /// Values of a picture's vector.
    package let dimension: Int
    /// Whether searches are answered by it: one that is not whole yet is not asked.
    package let answers: Bool
}

extension CatalogueModel: FetchableRecord {}

extension Catalogue {
    /// The model that searches are answered by, nil before the first is whole.
    package func answeringModel() throws -> CatalogueModel? {
        try database.read { try CatalogueModel.fetchOne($0, sql: "SELECT * FROM model WHERE answers") }
    }

    /// The entry of a model, made where there is none.
    func model(_ encoder: any PictureEncoder, place: String) throws -> CatalogueModel {
        let identity = encoder.identity
        return try database.write { database in
            try database.execute(
                sql: """
                    INSERT INTO model (encoder, identity, dimension, answers) VALUES (?, ?, ?, 0)
                    ON CONFLICT (identity) DO UPDATE SET encoder = excluded.encoder
                    """,
                arguments: [place, identity, encoder.shape.globalDimension])
            guard
                let model = try CatalogueModel.fetchOne(
                    database, sql: "SELECT * FROM model WHERE identity = ?", arguments: [identity])
            else { throw DatabaseError(message: "no model after it was written") }
            return model
        }
    }

    /// The right to change the index, for as long as it is held.
    /// - Throws: `InputError` where somebody else has it.
    func lock() throws -> FolderLock {
        try expectWritable()
        guard let lock = try FolderLock(folder, isWaiting: false) else {
            throw InputError(
                path: folder, place: "lock", expected: "one indexing at a time", found: "another at work here")
        }
        return lock
    }

    /// From now on searches are answered by this model, and what there is of others goes.
    func answer(by model: CatalogueModel) throws {
        try database.write { database in
            try database.execute(sql: "UPDATE model SET answers = (id = ?)", arguments: [model.id])
            try database.execute(sql: "DELETE FROM feature WHERE model <> ?", arguments: [model.id])
            try database.execute(sql: "DELETE FROM model WHERE id <> ?", arguments: [model.id])
        }
    }

    /// Where a model's features and vectors lie.
    package func place(of model: CatalogueModel) -> String { "\(folder)/model-\(model.id)" }
}
