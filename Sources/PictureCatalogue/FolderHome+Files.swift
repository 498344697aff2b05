import AsCLBase
import FeatureExtraction
import Foundation
import GRDB
import ImageEncoding
import VectorStore

extension FolderHome {
    /// Files that are given at once.
    private static let filesAtOnce = 4096

    package func forEachFile(
        in root: String, by model: CatalogueModel, _ body: ([IndexedFile]) throws -> Void
    ) throws {
        let store = try catalogue.vectors(of: model, mode: .reading)
        let features = try model.checkpoint.map { _ in try catalogue.features(of: model) }
        var last = ""
        while true {
            var files = try catalogue.files(in: root, behind: last, count: Self.filesAtOnce, model, store)
            guard let end = files.last else { return }
            if let features { try Self.add(features, model.layout, to: &files) }
            try body(files)
            last = end.name.text
        }
    }

    /// Adds the features that files' contents have; whose are damaged has neither these nor a vector.
    private static func add(
        _ features: BlockReader, _ layout: RecordLayout, to files: inout [IndexedFile]
    ) throws {
        let places = files.indices.filter { files[$0].vector != nil }
        let records = try features.records(of: places.compactMap { files[$0].digest })
        for (place, record) in zip(places, records) {
            files[place].features = record.flatMap { layout.holdsNumbers($0) ? $0 : nil }
            if files[place].features == nil { files[place].vector = nil }
        }
    }
}

extension Catalogue {
    /// Files of a folder in the order of their paths, with all that is known of them.
    fileprivate func files(
        in root: String, behind path: String, count: Int, _ model: CatalogueModel, _ store: VectorStore
    ) throws -> [IndexedFile] {
        try database.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT file.path AS path, size, modified, written, COALESCE(file.problem, feature.problem) AS problem,
                        content.*
                    FROM file JOIN root ON root.id = file.root LEFT JOIN content ON content.id = file.content
                    LEFT JOIN feature ON feature.content = file.content AND feature.model = ?
                    WHERE root.path = ? AND file.path > ? ORDER BY file.path LIMIT ?
                    """, arguments: [model.id, root, path, count]
            ).map { row in
                let (sha, id): (Data?, Int64?) = (row["sha256"], row["id"])
                return IndexedFile(
                    name: PictureName(row["path"]), stamp: FileStamp(size: row["size"], modified: row["modified"]),
                    written: row["written"], digest: sha.map { $0.withUnsafeBytes { ContentDigest(bytes: $0) } },
                    problem: row["problem"], facts: PictureFacts(row), vector: id.flatMap { store.vector(of: $0) })
            }
        }
    }
}

extension PictureFacts {
    /// Of a row of `content`; nil where nothing is known.
    fileprivate init?(_ row: Row) {
        let (width, height): (Int?, Int?) = (row["width"], row["height"])
        guard let width, let height else { return nil }
        self.init(size: PictureSize(width: width, height: height))
        (taken, camera) = (row["taken"], row["camera"])
        let (north, east): (Double?, Double?) = (row["latitude"], row["longitude"])
        if let north, let east { place = GeographicPlace(latitude: north, longitude: east) }
        let bits: Int64? = row["look"]
        look = bits.map { PictureLook(bits: UInt64(bitPattern: $0)) }
    }
}
