import AsCLBase
import FeatureExtraction
import PictureCatalogue
import Postgres

/// The features of a collection's pictures in PostgreSQL: bytes beside each vector.
struct PostgresRecords: PictureRecords {
    let store: PostgresStore
    /// Of a picture's.
    let layout: RecordLayout

    func records(of ids: [Int64]) throws -> Gathered<FoundRecords> {
        let groups = Dictionary(grouping: ids, by: store.part(of:))
        guard !groups.isEmpty else { return Gathered(FoundRecords()) }
        // What other parts have given is told without these.
        let answers = try store.gather(from: groups.keys.sorted(), orNone: store.parts.count > 1) { part, connection in
            var own = Gathered(FoundRecords())
            try add(groups[part.index] ?? [], to: &own, part.name, connection)
            return own
        }
        var found = Gathered(FoundRecords(), missing: answers.missing)
        for (_, own) in answers.value {
            found.value.records.merge(own.value.records) { first, _ in first }
            found.value.damaged.formUnion(own.value.damaged)
            found.missing += own.missing
        }
        return found
    }

    private func add(
        _ ids: [Int64], to found: inout Gathered<FoundRecords>, _ name: String, _ connection: PostgresConnection
    ) throws(PostgresError) {
        let rows: PostgresRows
        do {
            rows = try connection.run(
                "SELECT id, features FROM ascl_picture WHERE id = ANY ($1::bigint[])", [.array(ids)], isBinary: true)
        } catch {
            guard error.isDamage else { throw error }
            // What the server itself cannot read ends the statement: the others are asked for without it.
            if ids.count > 1 {
                try add(Array(ids.prefix(ids.count / 2)), to: &found, name, connection)
                try add(Array(ids.dropFirst(ids.count / 2)), to: &found, name, connection)
            } else if let id = ids.first {
                let line = InputError(
                    path: name, place: "features of picture \(id)", expected: "what was computed of it",
                    found: "\(error.inputError.found): `\(Self.removal(of: [id]))`, then `ascl index`, mends that")
                found.missing.append("\(line)")
            }
            return
        }
        var unusable: [Int64] = []
        for row in 0..<rows.count {
            let id = rows.int64(row, 0)
            let record = PictureRecord(rows.withBytes(row, 1) { Array($0) })
            if layout.holdsNumbers(record) {
                found.value.records[id] = record
            } else if record.withBytes(\.count) == layout.byteCount {
                unusable.append(id)
            } else {
                found.value.damaged.insert(id)
            }
        }
        guard !unusable.isEmpty else { return }
        found.missing.append(
            FoundRecords.line(of: unusable.sorted(), in: name, way: Self.removal(of: unusable.sorted())))
    }

    private static func removal(of ids: [Int64]) -> String {
        let which = ids.count == 1 ? "= \(ids[0])" : "IN (\(ids.map(String.init).joined(separator: ", ")))"
        return "UPDATE ascl_picture SET features = NULL WHERE id \(which)"
    }
}
