import PictureCatalogue
import Postgres
import VectorStore

extension PostgresVectors {
    /// The nearest of some parts to each query.
    /// - Parameters:
    ///   - count: How many of each part, at most.
    ///   - chosen: The parts; nil for all.
    ///   - isWhole: Whether every picture that passes is looked at.
    func nearest(
        to queries: [[Float]], _ count: Int, from chosen: [Int]? = nil, _ filter: PictureFilter, isWhole: Bool
    ) throws -> Gathered<[(part: Int, value: [[VectorMatch]])]> {
        let query = "$1::vector(\(dimension))"
        let order = "ORDER BY embedding <#> \(query)::halfvec(\(dimension)) LIMIT $2::bigint"
        return try store.gather(from: chosen, orNone: chosen != nil) { [self] part, connection in
            let conditions = try PostgresFilter(filter, from: 4, connection)
            let own = "SELECT id, embedding FROM ascl_picture p WHERE \(conditions.text)"
            let near = isWhole ? "WITH own AS MATERIALIZED (\(own)) SELECT * FROM own \(order)" : "\(own) \(order)"
            let statement = """
                SELECT id, -(embedding::vector(\(dimension)) <#> \(query)), \(VectorColumn.isMade(by: "$3")) FROM (\(near)) near
                """
            return try queries.map { query in
                let values =
                    [.binary(VectorBytes.floats(query)), .number(count), .text(fingerprint)] + conditions.values
                let rows = try read(statement, values, part, connection, isCurrent: 2)
                return (0..<rows.count).map { VectorMatch(id: rows.int64($0, 0), score: Float(rows.double($0, 1))) }
            }
        }
    }

    func vectors(of ids: [Int64]) throws -> [Int64: [Float]] {
        let groups = Dictionary(grouping: ids, by: store.part(of:))
        guard !groups.isEmpty else { return [:] }
        let found = try store.gather(from: groups.keys.sorted()) { [self] part, connection in
            let rows = try read(
                """
                SELECT id, embedding, \(VectorColumn.isMade(by: "$2")) FROM ascl_picture
                WHERE id = ANY ($1::bigint[]) AND embedding IS NOT NULL
                """, [.array(groups[part.index] ?? []), .text(fingerprint)], part, connection, isCurrent: 2)
            return (0..<rows.count).map { row in
                (rows.int64(row, 0), rows.withBytes(row, 1) { VectorBytes.vector(halves: $0) })
            }
        }
        return Dictionary(found.value.flatMap(\.value)) { first, _ in first }
    }

    /// Runs a statement on vectors.
    /// - Parameter isCurrent: The column that says whether they are still the model's.
    /// - Throws: `ModelChanged` where they are not.
    private func read(
        _ statement: String, _ values: [PostgresValue], _ part: PostgresStore.Part, _ connection: PostgresConnection,
        isCurrent column: Int
    ) throws -> PostgresRows {
        let changed = ModelChanged(home: part.name)
        do {
            let rows = try connection.run(statement, values, isBinary: true)
            guard rows.count == 0 || rows.withBytes(0, column, { $0.first == 1 }) else { throw changed }
            return rows
        } catch let error as PostgresError {
            // Vectors of other lengths end a statement.
            guard case .refused = error.kind, !error.isLost,
                try connection.run("SELECT \(VectorColumn.isMade(by: "$1"))", [.text(fingerprint)]).truth(0, 0) == false
            else { throw error }
            throw changed
        }
    }
}
