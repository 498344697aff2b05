import FeatureExtraction
import PictureCatalogue
import Postgres

extension PostgresWriter {
    /// Bytes of features that vectors are made of at once, about.
    private static let bytesAtOnce = 32 << 20

    /// The vectors that pictures are searched by.
    func vectors(of records: [PictureRecord]) throws -> [[Float]] {
        guard let vectors else { return records.map(model.layout.global) }
        let (values, dimension) = (try vectors.make(records), vectors.dimension)
        return records.indices.map { Array(values[$0 * dimension..<($0 + 1) * dimension]) }
    }

    /// Makes the vectors of pictures that have features and none of this model's vectors yet.
    package func catchUp(progress: (_ done: Int, _ total: Int) -> Void, isCancelled: () -> Bool) throws {
        let places = columns.indices.filter { columns[$0] == .next }
        guard !places.isEmpty else { return }
        let byteCount = model.layout.byteCount
        let lacking = "next IS NULL AND octet_length(features) = \(byteCount)"
        var (done, total) = (0, 0)
        for place in places {
            let rows = try pools[place].use { try $0.run("SELECT count(*) FROM ascl_picture WHERE \(lacking)") }
            total += rows.number(0, 0) ?? 0
        }
        if total > 0 { progress(0, total) }
        for place in places {
            var last: Int64 = 0
            while true {
                if isCancelled() { throw CancellationError() }
                let behind = last
                let rows = try pools[place].use {
                    try $0.run(
                        """
                        SELECT id, features FROM ascl_picture WHERE id > $1::bigint AND \(lacking)
                        ORDER BY id LIMIT \(max(1, Self.bytesAtOnce / byteCount))
                        """, [.number(behind)], isBinary: true)
                }
                guard rows.count > 0 else { break }
                let found = (0..<rows.count).map { row in
                    (id: rows.int64(row, 0), record: rows.withBytes(row, 1) { PictureRecord(Array($0)) })
                }
                let usable = found.filter { model.layout.holdsNumbers($0.record) }
                let made = try vectors(of: usable.map(\.record))
                try pools[place].use { connection in
                    try connection.transaction {
                        try put(made, of: usable.map(\.id), connection, store.parts[place].name)
                        let rest = Set(found.map(\.id)).subtracting(usable.map(\.id))
                        guard !rest.isEmpty else { return }
                        // Made anew by the next look at the folders.
                        try connection.run(
                            "UPDATE ascl_picture SET features = NULL WHERE id = ANY ($1::bigint[])", [.array(rest)])
                    }
                }
                last = found[found.count - 1].id
                done += found.count
                progress(done, total)
            }
        }
    }

    private func put(
        _ vectors: [[Float]], of ids: [Int64], _ connection: PostgresConnection, _ name: String
    ) throws {
        try expectVectors(.next, connection, name)
        try connection.run(
            """
            CREATE TEMPORARY TABLE IF NOT EXISTS ascl_next (id bigint, vector halfvec(\(model.dimension)))
            ON COMMIT DELETE ROWS
            """)
        try connection.copy(into: "ascl_next", ["id", "vector"]) { copy throws(PostgresError) in
            // A model whose numbers run over gives none.
            for (id, vector) in zip(ids, vectors) where vector.allSatisfy(\.isFinite) {
                try copy.begin()
                copy.add(id)
                copy.add(VectorBytes.unit(vector))
            }
        }
        try connection.run("UPDATE ascl_picture p SET next = n.vector FROM ascl_next n WHERE n.id = p.id")
    }

    /// Has whoever else writes wait, and so who would make these the tables of another model; in a transaction.
    func expectVectors(_ column: VectorColumn, _ connection: PostgresConnection, _ name: String) throws {
        let found = try connection.run("SELECT \(column.fingerprint) FROM ascl_store FOR UPDATE").text(0, 0)
        guard found != model.vectorsFingerprint else { return }
        throw PostgresStore.refusal(of: model, found: found ?? "nothing", name)
    }
}
