package import AsCLBase
package import FeatureExtraction
import Foundation
import GRDB

/// Where a picture of the index lies.
package struct PicturePlaces: Sendable {
    /// Its content.
    package let digest: ContentDigest
    /// Its files, by name, with the stamps that they had.
    private let files: [(path: String, stamp: FileStamp)]

    /// Of a content.
    package init(digest: ContentDigest, files: [(path: String, stamp: FileStamp)]) {
        self.digest = digest
        self.files = files
    }

    /// The first of its files that is as it was when it was indexed; nil where all are gone or changed.
    package func unchangedFile() -> String? {
        files.first { path, stamp in
            guard let now = try? FileStamp(path: path) else { return false }
            // A file that was too fresh has no time that could be compared.
            return now.size == stamp.size && (stamp.modified < 0 || now.modified == stamp.modified)
        }?.path
    }
}

extension Catalogue {
    /// The contents of pictures by their numbers; those that are gone are missing.
    package func digests(of ids: [Int64]) throws -> [Int64: ContentDigest] {
        try database.read { database in
            let statement = try database.cachedStatement(sql: "SELECT sha256 FROM content WHERE id = ?")
            var digests: [Int64: ContentDigest] = [:]
            for id in ids {
                guard let key = try Data.fetchOne(statement, arguments: [id]), key.count == ContentDigest.byteCount
                else {
                    continue
                }
                digests[id] = key.withUnsafeBytes { ContentDigest(bytes: $0) }
            }
            return digests
        }
    }

    /// Where a picture lies, by its number; nil where there is none of that number. Nothing but what was indexed has one.
    package func places(of id: Int64) throws -> PicturePlaces? {
        try database.read { database in
            let key = try Data.fetchOne(database, sql: "SELECT sha256 FROM content WHERE id = ?", arguments: [id])
            guard let key, key.count == ContentDigest.byteCount else { return nil }
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT root.path || '/' || file.path AS place, size, modified FROM file JOIN root ON root.id = file.root
                    WHERE content = ? ORDER BY place
                    """, arguments: [id])
            return PicturePlaces(
                digest: key.withUnsafeBytes { ContentDigest(bytes: $0) },
                files: rows.map { ($0[0], FileStamp(size: $0[1], modified: $0[2])) })
        }
    }
}
