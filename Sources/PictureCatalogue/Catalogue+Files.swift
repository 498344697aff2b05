package import AsCLBase
package import FeatureExtraction
import Foundation
import GRDB
import ImageEncoding

/// A file as the catalogue knows it.
package struct KnownFile: Sendable {
    let stamp: FileStamp
    /// Of its content.
    let digest: ContentDigest?
    /// Whether there are features of its content by the model in question.
    let hasFeatures: Bool

    /// Joins what is known.
    package init(stamp: FileStamp, digest: ContentDigest?, hasFeatures: Bool) {
        (self.stamp, self.digest, self.hasFeatures) = (stamp, digest, hasFeatures)
    }
}

extension Catalogue {
    /// The number of a folder of pictures, by its path without links and dots.
    func root(_ path: String) throws -> Int64 {
        try database.write { database in
            try database.execute(sql: "INSERT INTO root (path) VALUES (?) ON CONFLICT DO NOTHING", arguments: [path])
            return try Int64.fetchOne(database, sql: "SELECT id FROM root WHERE path = ?", arguments: [path]) ?? 0
        }
    }

    /// The files of a folder, by their paths in it.
    func files(_ root: Int64, _ model: CatalogueModel) throws -> [PictureName: KnownFile] {
        try database.read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT path, size, modified, sha256, feature.content IS NOT NULL AND feature.problem IS NULL
                    FROM file LEFT JOIN content ON content.id = file.content
                    LEFT JOIN feature ON feature.content = file.content AND feature.model = ?
                    WHERE root = ?
                    """, arguments: [model.id, root])
            var files: [PictureName: KnownFile] = [:]
            while let row = try rows.next() {
                let sha: Data? = row[3]
                files[PictureName(row[0])] = KnownFile(
                    stamp: FileStamp(size: row[1], modified: row[2]),
                    digest: sha.map { $0.withUnsafeBytes { ContentDigest(bytes: $0) } }, hasFeatures: row[4])
            }
            return files
        }
    }

    /// Takes down what is known of files: whole, or not at all.
    /// - Returns: The numbers of their contents.
    @discardableResult
    func note(_ files: [IndexedFile], _ root: Int64, _ model: CatalogueModel) throws -> [ContentDigest: Int64] {
        try database.write { database in
            var numbers: [ContentDigest: Int64] = [:]
            for file in files {
                let content = try file.digest.map { try Self.content($0, file.facts, database) }
                try database.execute(
                    sql:
                        "INSERT OR REPLACE INTO file (root, path, size, modified, content, problem, written) "
                        + "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    arguments: [
                        root, file.name.text, file.stamp.size, file.stamp.modified, content,
                        content == nil ? file.problem : nil, file.written,
                    ])
                guard let content else { continue }
                if let digest = file.digest { numbers[digest] = content }
                // What is known already stays as it is.
                guard file.vector != nil || file.problem != nil else { continue }
                try database.execute(
                    sql: "INSERT OR REPLACE INTO feature (model, content, problem) VALUES (?, ?, ?)",
                    arguments: [model.id, content, file.problem])
            }
            return numbers
        }
    }

    /// Files that cannot be used at all, such as one whose name is no text.
    func note(problems: [(name: String, reason: String)], _ root: Int64) throws {
        try database.write { database in
            for problem in problems {
                try database.execute(
                    sql: "INSERT OR REPLACE INTO file (root, path, size, modified, problem) VALUES (?, ?, 0, -1, ?)",
                    arguments: [root, problem.name, problem.reason])
            }
        }
    }

    /// Forgets that there are features of some contents, which are then made again.
    func forgetFeatures(of contents: some Sequence<Int64>, _ model: CatalogueModel) throws {
        try database.write { database in
            for content in contents {
                try database.execute(
                    sql: "DELETE FROM feature WHERE model = ? AND content = ?", arguments: [model.id, content])
            }
        }
    }

    /// Forgets files, and contents that no file has any more.
    func forget(_ names: [PictureName], _ root: Int64) throws {
        try database.write { database in
            for name in names {
                try database.execute(
                    sql: "DELETE FROM file WHERE root = ? AND path = ?", arguments: [root, name.text])
            }
            try Self.forgetUnused(database)
        }
    }

    /// Forgets a folder and all that lies in it; false where the index has none of that path.
    /// - Throws: `InputError` while somebody is indexing.
    package func forget(root path: String) throws -> Bool {
        let lock = try lock()
        defer { withExtendedLifetime(lock) {} }
        let isThere = try database.write { database in
            guard let root = try Int64.fetchOne(database, sql: "SELECT id FROM root WHERE path = ?", arguments: [path])
            else { return false }
            try database.execute(sql: "DELETE FROM file WHERE root = ?", arguments: [root])
            try database.execute(sql: "DELETE FROM root WHERE id = ?", arguments: [root])
            try Self.forgetUnused(database)
            return true
        }
        // What is not found any more has no vector either.
        if isThere, let model = try answeringModel() {
            let vectors = try vectors(of: model, mode: .writing)
            try vectors.delete(ids: vectors.ids.subtracting(contents(model).values))
        }
        return isThere
    }

    private static func forgetUnused(_ database: Database) throws {
        let unused = "SELECT id FROM content WHERE id NOT IN (SELECT content FROM file WHERE content IS NOT NULL)"
        try database.execute(sql: "DELETE FROM feature WHERE content IN (\(unused))")
        try database.execute(sql: "DELETE FROM content WHERE id IN (\(unused))")
    }

    private static func content(
        _ digest: ContentDigest, _ facts: PictureFacts?, _ database: Database
    ) throws -> Int64? {
        let key = Data(digest.bytes)
        try database.execute(sql: "INSERT INTO content (sha256) VALUES (?) ON CONFLICT DO NOTHING", arguments: [key])
        if let facts {
            try database.execute(
                sql: """
                    UPDATE content SET width = ?, height = ?, taken = ?, camera = ?, latitude = ?, longitude = ?, look = ?
                    WHERE sha256 = ?
                    """,
                arguments: [
                    facts.size.width, facts.size.height, facts.taken, facts.camera, facts.place?.latitude,
                    facts.place?.longitude, facts.look.map { Int64(bitPattern: $0.bits) }, key,
                ])
        }
        return try Int64.fetchOne(database, sql: "SELECT id FROM content WHERE sha256 = ?", arguments: [key])
    }

    /// The contents that have features by a model: their numbers by their digests.
    func contents(_ model: CatalogueModel) throws -> [ContentDigest: Int64] {
        try database.read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT sha256, id FROM content JOIN feature ON feature.content = id
                    WHERE model = ? AND problem IS NULL
                    """, arguments: [model.id])
            var contents: [ContentDigest: Int64] = [:]
            while let row = try rows.next() {
                let bytes: Data = row[0]
                contents[bytes.withUnsafeBytes { ContentDigest(bytes: $0) }] = row[1]
            }
            return contents
        }
    }
}

extension Catalogue {
    /// A picture that cannot be used, and why.
    package struct Problem: Sendable, Encodable {
        /// Where it lies.
        package let path: String
        /// One line.
        package let reason: String

        /// Joins both.
        package init(path: String, reason: String) { (self.path, self.reason) = (path, reason) }
    }

    /// The pictures that cannot be used, by their paths.
    package func problems() throws -> [Problem] {
        try database.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT root.path || '/' || file.path AS place, COALESCE(file.problem, feature.problem) AS reason
                    FROM file JOIN root ON root.id = file.root LEFT JOIN feature ON feature.content = file.content
                    WHERE reason IS NOT NULL ORDER BY place
                    """
            ).map { Problem(path: $0[0], reason: $0[1]) }
        }
    }
}
