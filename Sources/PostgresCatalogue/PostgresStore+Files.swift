import AsCLBase
import FeatureExtraction
import ImageEncoding
package import PictureCatalogue
import Postgres

extension PostgresStore {
    /// Files that are given at once, and bytes of their features, about.
    private static let filesAtOnce = 4096, bytesAtOnce = 32 << 20

    package func forEachFile(
        in root: String, by model: CatalogueModel, _ body: ([IndexedFile]) throws -> Void
    ) throws {
        let layout = model.layout
        let count =
            model.checkpoint == nil
            ? Self.filesAtOnce : min(Self.filesAtOnce, max(1, Self.bytesAtOnce / layout.byteCount))
        for part in parts {
            var last = ""
            while true {
                let behind = last
                var files = try part.pool.use { connection in
                    do {
                        let rows = try part.read(by: model.vectorsFingerprint, connection, isCurrent: 15) { column in
                            let values: [PostgresValue] = [
                                .text(root), .text(behind), .text(model.vectorsFingerprint),
                            ]
                            return (Self.files(count, column), values)
                        }
                        return (0..<rows.count).map { rows.file($0) }
                    } catch let error as ModelChanged { throw error.inputError }
                }
                guard let end = files.last else { break }
                // Whose features are damaged has neither these nor a vector.
                for place in files.indices where model.checkpoint != nil {
                    if files[place].features.map(layout.holdsNumbers) == true { continue }
                    (files[place].vector, files[place].features) = (nil, nil)
                }
                try body(files)
                last = end.name.text
            }
        }
    }

    /// The next files of the folder $1 behind the path $2.
    private static func files(_ count: Int, _ column: VectorColumn) -> String {
        """
        SELECT f.path, f.size, f.modified, f.written, COALESCE(f.problem, p.problem), p.sha256, p.width::bigint,
            p.height::bigint, p.taken, p.camera, p.latitude, p.longitude, p.look, p.\(column.rawValue), p.features,
            \(column.isMade(by: "$3"))
        FROM ascl_file f JOIN ascl_root r ON r.id = f.root LEFT JOIN ascl_picture p ON p.id = f.picture
        WHERE r.path = $1 AND f.path > $2 ORDER BY f.path LIMIT \(count)
        """
    }
}

extension PostgresRows {
    fileprivate func file(_ row: Int) -> IndexedFile {
        func bytes<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer) -> Value) -> Value? {
            isNull(row, column) ? nil : withBytes(row, column, body)
        }
        func number(_ column: Int) -> Int64? { isNull(row, column) ? nil : int64(row, column) }
        var facts: PictureFacts?
        if let width = number(6), let height = number(7) {
            var known = PictureFacts(size: PictureSize(width: Int(width), height: Int(height)))
            (known.taken, known.camera) = (text(row, 8), text(row, 9))
            if !isNull(row, 10), !isNull(row, 11) {
                known.place = GeographicPlace(latitude: double(row, 10), longitude: double(row, 11))
            }
            known.look = number(12).map { PictureLook(bits: UInt64(bitPattern: $0)) }
            facts = known
        }
        return IndexedFile(
            name: PictureName(text(row, 0) ?? ""),
            stamp: FileStamp(size: Int(int64(row, 1)), modified: Int(int64(row, 2))),
            written: number(3).map { Int($0) },
            digest: bytes(5) { $0.count == ContentDigest.byteCount ? ContentDigest(bytes: $0) : nil } ?? nil,
            problem: text(row, 4), facts: facts, vector: bytes(13) { VectorBytes.vector(halves: $0) },
            features: bytes(14) { PictureRecord(Array($0)) })
    }
}
