package import AsCLBase
import FeatureExtraction
import Foundation
import GRDB

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
        migrator.registerMigration("checkpoint") { database in
            // Models of before are the vectors of a CLIP's or a SigLIP's folder.
            try database.execute(
                sql: """
                    ALTER TABLE model ADD COLUMN description TEXT;
                    ALTER TABLE model ADD COLUMN shape TEXT;
                    CREATE TABLE checkpoint (
                        id INTEGER PRIMARY KEY AUTOINCREMENT, model INTEGER NOT NULL REFERENCES model(id),
                        path TEXT NOT NULL, fingerprint TEXT NOT NULL, dimension INTEGER, answers BOOLEAN NOT NULL,
                        UNIQUE (model, fingerprint)
                    );
                    """)
        }
        migrator.registerMigration("captions") { database in
            try database.execute(
                sql: """
                    CREATE TABLE caption (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        content INTEGER NOT NULL REFERENCES content(id) ON DELETE CASCADE, text TEXT NOT NULL,
                        UNIQUE (content, text)
                    );
                    """)
        }
        migrator.registerMigration("calibration") { database in
            try database.execute(
                sql: """
                    CREATE TABLE calibration (
                        number INTEGER PRIMARY KEY AUTOINCREMENT,
                        model INTEGER NOT NULL REFERENCES model(id) ON DELETE CASCADE, vectors TEXT NOT NULL,
                        fit BLOB NOT NULL, UNIQUE (model, vectors)
                    );
                    """)
        }
        migrator.registerMigration("shard") { database in
            // The digest of what lay in a folder when a shard's run came to its end; none while one is at it.
            try database.execute(
                sql: """
                    CREATE TABLE shard (number INTEGER NOT NULL, count INTEGER NOT NULL);
                    ALTER TABLE root ADD COLUMN listing BLOB;
                    """)
        }
        return migrator
    }
}

extension Catalogue {
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
}
