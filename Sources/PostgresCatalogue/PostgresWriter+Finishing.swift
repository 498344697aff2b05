import PictureCatalogue
import Postgres

extension PostgresWriter {
    /// Seconds in which a graph is made, during which no word comes.
    private static let patienceForGraph = 7 * 86400.0

    package func finish(progress: (_ done: Int, _ total: Int) -> Void, isCancelled: () -> Bool) throws {
        try catchUp(progress: { _, _ in }, isCancelled: isCancelled)
        var findable: [Int] = []
        for (part, pool) in pools.enumerated() {
            do {
                findable += try withoutActuallyEscaping(isCancelled) { isCancelled in
                    try pool.use { connection in
                        // What a file that changed had been before has no file any more.
                        try connection.transaction { try connection.forgetUnused() }
                        try index(columns[part], connection, isCancelled)
                        return [columns[part] == .next ? try columns[part].count(connection) : 0]
                    }
                }
            } catch {
                // The graph is made anew then.
                if isCancelled() { throw CancellationError() }
                throw error
            }
        }
        // Once all parts are whole: searches read the model's vectors where they are, so that a kill in between is none to them.
        let described = try PostgresStore.description(of: model)
        for (part, pool) in pools.enumerated() {
            try pool.use { connection in
                try connection.transaction {
                    try columns[part].takePlace(findable[part], connection)
                    try connection.run(
                        """
                        UPDATE ascl_store SET
                            answers = true, description = $1, shape = $2, checkpoint = $3, checkpoint_fingerprint = $4,
                            checkpoint_dimension = $5::int
                        """, described)
                }
            }
            columns[part] = .embedding
        }
    }

    /// Makes the graph that finds what is near, where there is none: after the first load, which is many times as fast as
    /// before it. What comes later goes into the graph as it comes.
    private func index(
        _ column: VectorColumn, _ connection: PostgresConnection, _ isCancelled: @escaping () -> Bool
    ) throws {
        connection.isCancelled = isCancelled
        defer { connection.isCancelled = nil }
        guard try connection.run("SELECT to_regclass('\(column.graph)') IS NULL").truth(0, 0) else { return }
        try connection.transaction {
            let findable: Int = try connection.run("SELECT findable FROM ascl_store").number(0, 0) ?? 0
            // A graph that does not fit into this memory takes many times as long.
            let megabytes = min(max(64, findable * (2 * model.dimension + 400) >> 20), 2048)
            try connection.run("SET LOCAL maintenance_work_mem = '\(megabytes)MB'")
            try connection.run(
                """
                CREATE INDEX \(column.graph) ON ascl_picture USING hnsw (\(column.rawValue) halfvec_ip_ops)
                WITH (m = 16, ef_construction = 64)
                """, patience: Self.patienceForGraph)
        }
        try connection.run("ANALYZE ascl_picture, ascl_file")
    }
}
