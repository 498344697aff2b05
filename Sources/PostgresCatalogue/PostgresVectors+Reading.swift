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
        return try store.gather(from: chosen, orNone: chosen != nil) { [self] part, connection in
            try queries.map { values in
                let rows = try part.read(by: fingerprint, connection, isCurrent: 2) { column in
                    let conditions = try PostgresFilter(filter, from: 4, by: column, connection)
                    let name = column.rawValue
                    let own = "SELECT id, \(name) FROM ascl_picture p WHERE \(conditions.text)"
                    let order = "ORDER BY \(name) <#> \(query)::halfvec(\(dimension)) LIMIT $2::bigint"
                    let near =
                        isWhole ? "WITH own AS MATERIALIZED (\(own)) SELECT * FROM own \(order)" : "\(own) \(order)"
                    return (
                        """
                        SELECT id, -(\(name)::vector(\(dimension)) <#> \(query)), \(column.isMade(by: "$3"))
                        FROM (\(near)) near
                        """,
                        [.binary(VectorBytes.floats(values)), .number(count), .text(fingerprint)] + conditions.values
                    )
                }
                return (0..<rows.count).map { VectorMatch(id: rows.int64($0, 0), score: Float(rows.double($0, 1))) }
            }
        }
    }

    func vectors(of ids: [Int64]) throws -> [Int64: [Float]] {
        let groups = Dictionary(grouping: ids, by: store.part(of:))
        guard !groups.isEmpty else { return [:] }
        let found = try store.gather(from: groups.keys.sorted()) { [self] part, connection in
            let rows = try part.read(by: fingerprint, connection, isCurrent: 2) { column in
                (
                    """
                    SELECT id, \(column.rawValue), \(column.isMade(by: "$2")) FROM ascl_picture
                    WHERE id = ANY ($1::bigint[]) AND \(column.rawValue) IS NOT NULL
                    """, [.array(groups[part.index] ?? []), .text(fingerprint)]
                )
            }
            return (0..<rows.count).map { row in
                (rows.int64(row, 0), rows.withBytes(row, 1) { VectorBytes.vector(halves: $0) })
            }
        }
        return Dictionary(found.value.flatMap(\.value)) { first, _ in first }
    }
}

extension PostgresStore.Part {
    /// Runs a statement on a model's vectors, wherever they are: those that are to take the others' place are whole where any
    /// part's have taken it.
    /// - Parameters:
    ///   - fingerprint: What makes them.
    ///   - current: The column that says whether they are still the model's.
    /// - Throws: `ModelChanged` where there are none.
    func read(
        by fingerprint: String, _ connection: PostgresConnection, isCurrent current: Int,
        _ statement: (VectorColumn) throws -> (text: String, values: [PostgresValue])
    ) throws -> PostgresRows {
        for column in VectorColumn.allCases {
            func isMade() throws(PostgresError) -> Bool {
                try connection.run("SELECT \(column.isMade(by: "$1"))", [.text(fingerprint)]).truth(0, 0)
            }
            do {
                let (text, values) = try statement(column)
                let rows = try connection.run(text, values, isBinary: true)
                // Where there is no row to say so.
                if try rows.count == 0 ? isMade() : rows.withBytes(0, current, { $0.first == 1 }) { return rows }
            } catch let error as PostgresError {
                // Vectors of other lengths end a statement, and so does a column that is not there.
                guard case .refused = error.kind, !error.isLost, try !isMade() else { throw error }
            }
        }
        throw ModelChanged(home: name)
    }
}
