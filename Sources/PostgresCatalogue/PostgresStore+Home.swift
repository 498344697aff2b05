import AsCLBase
import FeatureExtraction
package import Foundation
import ImageEncoding
package import PictureCatalogue
import Postgres

extension PostgresStore: PictureHome {
    package func answeringModel() throws -> CatalogueModel? { try model(isWhole: true) }

    /// The model that the collection was begun by, also where its first indexing has not come to its end.
    /// - Parameter orNone: Whether nil is given where there are no tables yet, and not an error.
    package func begunModel(orNone: Bool) throws -> CatalogueModel? {
        if orNone {
            allowNew()
            let isThere = try gather { _, connection in try connection.hasTables() }
            guard isThere.value.allSatisfy(\.value) else { return nil }
        }
        return try model(isWhole: false)
    }

    /// - Parameter isWhole: Whether nil is given where not all parts have been indexed to their ends.
    private func model(isWhole: Bool) throws -> CatalogueModel? {
        let answers = try models()
        guard let first = answers.first?.model, !isWhole || answers.allSatisfy(\.isWhole) else { return nil }
        guard isWhole else { return first }
        // One part after the other takes up another model, and none does before all have its vectors.
        let common = answers.lazy.map(\.model).first { model in
            answers.allSatisfy { [$0.model.vectorsFingerprint, $0.next].contains(model.vectorsFingerprint) }
        }
        guard let common else {
            let other = answers.map(\.model.vectorsFingerprint).first { $0 != first.vectorsFingerprint }
            throw InputError(
                path: name, place: "model", expected: "vectors of \(first.vectorsFingerprint) in all of them",
                found: "those of \(other ?? "none") too: `ascl index --model` has not come to its end")
        }
        return common
    }

    /// What answers in each part, and what makes the vectors that are all there and are to take the others' place.
    private func models() throws -> [(isWhole: Bool, model: CatalogueModel, next: String?)] {
        try gather { _, connection in
            let rows = try connection.run(
                """
                SELECT answers, identity, description, shape, checkpoint, checkpoint_fingerprint, checkpoint_dimension,
                    \(VectorColumn.wholeNext)
                FROM ascl_store
                """)
            let checkpoint = rows.text(0, 4).map {
                CatalogueModel.Checkpoint(
                    id: 1, path: $0, fingerprint: rows.text(0, 5) ?? "", dimension: rows.number(0, 6))
            }
            return (
                isWhole: rows.truth(0, 0),
                model: try CatalogueModel(
                    id: 1, identity: rows.text(0, 1) ?? "", description: rows.text(0, 2) ?? "",
                    shape: rows.text(0, 3) ?? "", checkpoint: checkpoint),
                next: rows.text(0, 7)
            )
        }.value.map(\.value)
    }

    package func numbers() throws -> Catalogue.Numbers {
        let parts = try gather { _, connection in
            let rows = try connection.run(
                """
                SELECT (SELECT count(*) FROM ascl_file), (SELECT count(*) FROM ascl_picture),
                    (SELECT findable FROM ascl_store),
                    (SELECT count(*) FROM ascl_file f LEFT JOIN ascl_picture p ON p.id = f.picture
                     WHERE f.problem IS NOT NULL OR p.problem IS NOT NULL)
                """)
            let roots = try connection.run("SELECT path FROM ascl_root")
            return (
                counts: (0..<4).map { rows.number(0, $0) ?? 0 as Int },
                roots: (0..<roots.count).compactMap { roots.text($0, 0) }
            )
        }.value.map(\.value)
        let counts = (0..<4).map { column in parts.reduce(0) { $0 + $1.counts[column] } }
        return Catalogue.Numbers(
            files: counts[0], pictures: counts[1], findable: counts[2], problems: counts[3],
            folders: Set(parts.flatMap(\.roots)).sorted())
    }

    package func problems() throws -> [Catalogue.Problem] {
        try gather { _, connection in
            let rows = try connection.run(
                """
                SELECT r.path || '/' || f.path, COALESCE(f.problem, p.problem)
                FROM ascl_file f JOIN ascl_root r ON r.id = f.root LEFT JOIN ascl_picture p ON p.id = f.picture
                WHERE COALESCE(f.problem, p.problem) IS NOT NULL
                """)
            return (0..<rows.count).map {
                Catalogue.Problem(path: rows.text($0, 0) ?? "", reason: rows.text($0, 1) ?? "")
            }
        }.value.flatMap(\.value).sorted { $0.path < $1.path }
    }

    package func pictures(_ ids: [Int64]) throws -> Gathered<[Int64: CataloguedPicture]> {
        let groups = Dictionary(grouping: ids, by: part(of:))
        guard !groups.isEmpty else { return Gathered([:]) }
        let found = try gather(from: groups.keys.sorted()) { part, connection in
            let rows = try connection.run(
                """
                SELECT p.id, f.path, f.places - 1, p.width, p.height, COALESCE(p.taken, f.written_at),
                    CASE WHEN p.taken IS NOT NULL THEN 'camera' WHEN f.written_at IS NOT NULL THEN 'file' END,
                    p.camera, p.latitude, p.longitude
                FROM ascl_picture p, LATERAL (
                    SELECT min(r.path || '/' || f.path) AS path, count(*) AS places, min(f.written_at) AS written_at
                    FROM ascl_file f JOIN ascl_root r ON r.id = f.root WHERE f.picture = p.id) f
                WHERE p.id = ANY ($1::bigint[]) AND f.places > 0
                """, [.array(groups[part.index] ?? [])])
            return (0..<rows.count).compactMap { rows.picture($0) }
        }
        return Gathered(
            Dictionary(found.value.flatMap(\.value).map { ($0.id, $0) }) { first, _ in first }, missing: found.missing)
    }

    package func places(of id: Int64) throws -> PicturePlaces? {
        try parts[part(of: id)].pool.use { connection in
            let rows = try connection.run(
                """
                SELECT encode(p.sha256, 'hex'), r.path || '/' || f.path AS place, f.size, f.modified
                FROM ascl_picture p JOIN ascl_file f ON f.picture = p.id JOIN ascl_root r ON r.id = f.root
                WHERE p.id = $1::bigint ORDER BY place
                """, [.number(id)])
            guard rows.count > 0, let digest = rows.text(0, 0).flatMap({ ContentDigest(hexadecimal: $0) }) else {
                return nil
            }
            return PicturePlaces(
                digest: digest,
                files: (0..<rows.count).map { row in
                    let stamp = FileStamp(size: rows.number(row, 2) ?? 0, modified: rows.number(row, 3) ?? -1)
                    return (rows.text(row, 1) ?? "", stamp)
                })
        }
    }

    package func thumbnail(of id: Int64, _ places: PicturePlaces, side: Int) -> Data? {
        try? parts[part(of: id)].pool.use { connection in
            let rows = try connection.run(
                "SELECT jpeg FROM ascl_thumbnail WHERE picture = $1::bigint AND side = $2::int",
                [.number(id), .number(side)], isBinary: true)
            return rows.count == 1 ? rows.withBytes(0, 0) { Data($0) } : nil
        }
    }

    package func keep(_ thumbnail: Data, of id: Int64, _ places: PicturePlaces, side: Int) {
        // A role that may only read costs time, not the picture.
        _ = try? parts[part(of: id)].pool.use { connection in
            try connection.run(
                "INSERT INTO ascl_thumbnail VALUES ($1::bigint, $2::int, $3::bytea) ON CONFLICT DO NOTHING",
                [.number(id), .number(side), .binary(Array(thumbnail))])
        }
    }

    /// Bytes that the pictures take on the parts' disks with all that is known of them, without what finds them.
    package func byteCount() throws -> Int {
        try gather { _, connection in
            try connection.run("SELECT pg_table_size('ascl_picture')").number(0, 0) ?? 0 as Int
        }.value.reduce(0) { $0 + $1.value }
    }

    package func nearestPictures(by model: CatalogueModel) throws -> any PictureVectors {
        PostgresVectors(self, of: model)
    }

    package func features(by model: CatalogueModel) throws -> any PictureRecords {
        PostgresRecords(store: self, layout: model.layout)
    }
}

extension PostgresRows {
    fileprivate func picture(_ row: Int) -> CataloguedPicture? {
        guard let id: Int64 = number(row, 0), let path = text(row, 1) else { return nil }
        return CataloguedPicture(
            id: id, path: path, copies: number(row, 2) ?? 0, width: number(row, 3), height: number(row, 4),
            taken: text(row, 5), takenFrom: text(row, 6).flatMap { TimeSource(rawValue: $0) }, camera: text(row, 7),
            latitude: number(row, 8), longitude: number(row, 9))
    }
}
