import AsCLBase
import PictureCatalogue
import Postgres

/// Where a database keeps the vectors that a writer makes.
enum VectorColumn: String, CaseIterable, Sendable {
    /// Those that are searched.
    case embedding
    /// Those of a trained model that is to take another's place once each picture has one.
    case next

    /// What makes them, as `CatalogueModel.vectorsFingerprint` says it; an expression on `ascl_store`.
    var fingerprint: String {
        switch self {
        case .embedding:
            "CASE WHEN checkpoint_dimension IS NULL THEN identity ELSE checkpoint_fingerprint || ' on ' || identity END"
        case .next: "next"
        }
    }

    /// Whether they are made by what a value says, which changes between statements and not within one; an expression.
    func isMade(by value: String) -> String {
        "(SELECT COALESCE(\(fingerprint) = \(value)::text, false) FROM ascl_store)"
    }

    /// What makes those that are to take the others' place, where all are there: the graph is made of all; an expression on
    /// `ascl_store`.
    static let wholeNext = "CASE WHEN to_regclass('\(next.graph)') IS NOT NULL THEN next END"

    /// The name of the graph that finds what is near.
    var graph: String { "ascl_picture_\(rawValue)" }

    /// The column for a model's vectors, made where there is none. Whoever asks has the right to write.
    static func of(_ model: CatalogueModel, _ connection: PostgresConnection) throws -> VectorColumn {
        let rows = try connection.run("SELECT \(embedding.fingerprint), next FROM ascl_store")
        if rows.text(0, 0) == model.vectorsFingerprint { return .embedding }
        guard rows.text(0, 1) != model.vectorsFingerprint else { return .next }
        try connection.transaction {
            try connection.run(
                """
                ALTER TABLE ascl_picture DROP COLUMN IF EXISTS next;
                ALTER TABLE ascl_picture ADD COLUMN next halfvec(\(model.dimension))
                """)
            try connection.run("UPDATE ascl_store SET next = $1", [.text(model.vectorsFingerprint)])
        }
        return .next
    }

    /// Pictures that have such a vector: each is looked at, where nobody has to wait for it.
    func count(_ connection: PostgresConnection) throws(PostgresError) -> Int {
        try connection.run(
            "SELECT count(*) FROM ascl_picture WHERE \(rawValue) IS NOT NULL",
            patience: PostgresConnection.patienceForSweep
        ).number(0, 0) ?? 0
    }

    /// Lets the vectors be those that are searched, and takes away what there is of others; in a transaction.
    /// - Parameter findable: How many there are.
    func takePlace(_ findable: Int, _ connection: PostgresConnection) throws(PostgresError) {
        guard try connection.run("SELECT next IS NOT NULL FROM ascl_store").truth(0, 0) else { return }
        switch self {
        case .embedding: try connection.run("ALTER TABLE ascl_picture DROP COLUMN IF EXISTS next")
        case .next:
            try connection.run(
                """
                ALTER TABLE ascl_picture DROP COLUMN embedding;
                ALTER TABLE ascl_picture RENAME COLUMN next TO embedding;
                ALTER INDEX \(graph) RENAME TO \(VectorColumn.embedding.graph);
                UPDATE ascl_store SET findable = \(findable)
                """)
        }
        try connection.run("UPDATE ascl_store SET next = NULL")
    }
}
