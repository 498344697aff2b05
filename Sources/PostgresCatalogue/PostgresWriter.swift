package import AsCLBase
package import FeatureExtraction
import Foundation
package import PictureCatalogue
import Postgres

/// Writes a collection into PostgreSQL. What of a batch belongs to one part is written whole or not at all, with the
/// fingerprint of what makes the vectors held to that of those that are there.
package final class PostgresWriter: IndexWriter {
    let store: PostgresStore
    let model: CatalogueModel
    let vectors: SearchCheckpoint.Vectors?
    /// Connections of its own, each of which has the right to write.
    let pools: [PostgresPool]
    /// Of each part.
    var columns: [VectorColumn] = []
    /// In which parts a file of the folder in hand lies, where there are several: in one, unless a kill left it in two.
    private var partsOfFile: [PictureName: Set<Int>] = [:]

    package var repairs: [String] { [] }

    /// Takes hold of a collection; its tables are made where there are none.
    /// - Parameter vectors: The trained model's own, where pictures that come as features are to be searched by these.
    /// - Throws: `InputError` where another program writes, the role may not, or the vectors are made by something else.
    package init(_ store: PostgresStore, by model: CatalogueModel, vectors: SearchCheckpoint.Vectors? = nil) throws {
        var isVector = false
        if case .vector = model.description { isVector = true }
        guard isVector || model.checkpoint != nil else {
            throw InputError(
                path: store.name, place: "encoder",
                expected: "a CLIP's or a SigLIP's vector, or a trained model that scores what else is encoded",
                found: "\(model.encoder) alone: that goes into an index's folder")
        }
        try store.make(by: model)
        (self.store, self.model, self.vectors) = (store, model, vectors)
        pools = store.parts.map { part in
            PostgresPool(part.pool.address, patience: 60) { connection in
                try connection.prepareForAscl(parts: store.parts.count)
                try connection.lock("pg_try_advisory_lock", part.name)
            }
        }
        columns = try pools.map { try $0.use { try VectorColumn.of(model, $0) } }
    }

    // A server may take its time to see that a connection is closed, and whoever indexes next need not wait for it.
    deinit { for pool in pools { pool.close(after: "SELECT pg_advisory_unlock_all()") } }

    /// Vectors alone answer so far where there are no features yet.
    package func isAnsweredByAnother() throws -> Bool {
        try model.checkpoint != nil && store.begunModel(orNone: false)?.checkpoint == nil
    }

    package func roots() throws -> [String] { try store.numbers().folders }

    /// Whether a picture `p` of a part, if there is one, need not be encoded.
    private func isWhole(_ part: Int) -> String {
        let features = "COALESCE(octet_length(p.features) = \(model.layout.byteCount), false)"
        // Vectors that are on their way are made of features.
        let conditions = columns[part] == .next ? [features] : ["p.embedding IS NOT NULL"]
        return (conditions + (model.checkpoint == nil ? [] : [features])).joined(separator: " AND ")
    }

    package func files(in root: String) throws -> [PictureName: KnownFile] {
        var files: [PictureName: KnownFile] = [:]
        partsOfFile = [:]
        for (part, pool) in pools.enumerated() {
            let rows = try pool.use { connection in
                try connection.run(
                    "INSERT INTO ascl_root (path) VALUES ($1) ON CONFLICT DO NOTHING", [.text(root)])
                return try connection.run(
                    """
                    SELECT f.path, f.size, f.modified, encode(p.sha256, 'hex'), \(isWhole(part))
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
                if pools.count > 1 { partsOfFile[name, default: []].insert(part) }
            }
        }
        return files
    }

    package func contents() throws -> Set<ContentDigest> {
        var contents = Set<ContentDigest>()
        for (part, pool) in pools.enumerated() {
            let rows = try pool.use {
                try $0.run("SELECT sha256 FROM ascl_picture p WHERE \(isWhole(part))", isBinary: true)
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
        var files = outcomes.map { IndexedFile($0, layout: model.layout) }
        let places = files.indices.filter { files[$0].features != nil }
        for (place, vector) in zip(places, try vectors(of: places.compactMap { files[$0].features })) {
            files[place].vector = vector
        }
        try write(files, in: root)
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
            try pools[part].use { connection in
                try connection.transaction { try put(own, in: root, part, connection) }
            }
        }
        // Only now: a kill in between leaves a file in two parts, and none in no part.
        for (part, pool) in pools.enumerated() where pools.count > 1 {
            let moved = groups.filter { $0.key != part }.values.joined().map(\.name)
                .filter { partsOfFile[$0]?.contains(part) == true }
            if !moved.isEmpty { try pool.use { try $0.forget(moved, in: root) } }
        }
        guard pools.count > 1 else { return }
        for (part, own) in groups { for file in own { partsOfFile[file.name] = [part] } }
    }

    package func forget(_ names: [PictureName], in root: String) throws {
        for pool in pools {
            try pool.use { connection in
                try connection.transaction {
                    try connection.forget(names, in: root)
                    try connection.forgetUnused()
                }
            }
        }
    }
}
