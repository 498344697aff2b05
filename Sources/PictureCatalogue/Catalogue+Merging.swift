import FeatureExtraction
import GRDB

extension Catalogue {
    /// The numbers that a part's contents and captions got here.
    struct NewNumbers {
        var contents: [Int64: Int64] = [:]
        var captions: [Int64: Int64] = [:]
    }

    /// The entry of another index's model, and of its checkpoint.
    func model(like other: CatalogueModel) throws -> CatalogueModel {
        let checkpoint = other.checkpoint.map { checkpoint in
            SearchCheckpoint(
                path: checkpoint.path, fingerprint: checkpoint.fingerprint,
                vectors: checkpoint.dimension.map { .init(dimension: $0) { _ in [] } })
        }
        return try model(like: other, checkpoint)
    }

    /// Takes down all that parts know of their pictures, in one transaction.
    /// - Returns: The new numbers, a part each.
    func copyRows(of parts: [CataloguePart], as model: CatalogueModel) throws -> [NewNumbers] {
        try database.write { new in
            try parts.map { part in
                try part.catalogue.database.read { try Self.copyRows($0, part.model, to: new, model) }
            }
        }
    }

    private static func copyRows(
        _ old: Database, _ oldModel: CatalogueModel, to new: Database, _ model: CatalogueModel
    ) throws -> NewNumbers {
        var (numbers, roots) = (NewNumbers(), [Int64: Int64]())
        try copy("root", old, to: new) { row in
            // A merged index is of no shard, to whose runs alone this belongs.
            row["listing"] = nil
        } inserted: { id, row in
            roots[id] = try number(of: "root", "path = ?", [row["path"]], new)
        }
        try copy("content", old, to: new) { _ in
        } inserted: { id, row in
            numbers.contents[id] = try number(of: "content", "sha256 = ?", [row["sha256"]], new)
        }
        try copy("file", old, to: new) { row in
            row["root"] = roots[try number(row["root"])]?.databaseValue
            row["content"] = try content(row, numbers)
        }
        try copy("feature", old, to: new, "WHERE model = \(oldModel.id)") { row in
            row["model"] = model.id.databaseValue
            row["content"] = try content(row, numbers)
        }
        try copy("caption", old, to: new) { row in
            row["content"] = try content(row, numbers)
        } inserted: { id, row in
            numbers.captions[id] = try number(
                of: "caption", "content = ? AND text = ?", [row["content"], row["text"]], new)
        }
        return numbers
    }

    private typealias Values = [String: DatabaseValue]

    /// Copies a table's rows with all their columns but their numbers, whatever columns there are. What is there already
    /// stays, but what one machine could make out goes before what another could not.
    /// - Parameters:
    ///   - change: Makes the new row of the old one.
    ///   - inserted: Gets the number of an old row, and its new row that is there now.
    private static func copy(
        _ table: String, _ old: Database, to new: Database, _ condition: String = "",
        _ change: (inout Values) throws -> Void, inserted: (Int64, Values) throws -> Void = { _, _ in }
    ) throws {
        let order = try old.primaryKey(table).columns.joined(separator: ", ")
        let rows = try Row.fetchCursor(old, sql: "SELECT * FROM \(table) \(condition) ORDER BY \(order)")
        while let row = try rows.next() {
            var values = Values(row) { first, _ in first }
            let id = values.removeValue(forKey: "id")
            try change(&values)
            let names = values.keys.sorted()
            let conflict =
                switch table {
                case "feature": "UPDATE SET problem = NULL WHERE excluded.problem IS NULL"
                case "content":
                    "UPDATE SET " + names.map { "\($0) = COALESCE(\($0), excluded.\($0))" }.joined(separator: ", ")
                default: "NOTHING"
                }
            let statement = try new.cachedStatement(
                sql: """
                    INSERT INTO \(table) (\(names.joined(separator: ", ")))
                    VALUES (\(names.map { _ in "?" }.joined(separator: ", "))) ON CONFLICT DO \(conflict)
                    """)
            try statement.execute(arguments: StatementArguments(names.compactMap { values[$0] }))
            if let id { try inserted(number(id), values) }
        }
    }

    private static func number(
        of table: String, _ condition: String, _ values: [DatabaseValue?], _ database: Database
    ) throws -> Int64 {
        let statement = try database.cachedStatement(sql: "SELECT id FROM \(table) WHERE \(condition)")
        return try number(DatabaseValue.fetchOne(statement, arguments: StatementArguments(values)))
    }

    private static func number(_ value: DatabaseValue?) throws -> Int64 {
        guard let value, let number = Int64.fromDatabaseValue(value) else {
            throw DatabaseError(message: "no number where every row has one")
        }
        return number
    }

    /// The new number of a row's content; null where it has none.
    private static func content(_ row: Values, _ numbers: NewNumbers) throws -> DatabaseValue {
        guard let old = row["content"], !old.isNull else { return .null }
        return numbers.contents[try number(old)].databaseValue
    }
}
