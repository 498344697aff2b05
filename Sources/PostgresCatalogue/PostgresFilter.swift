import PictureCatalogue
import Postgres

/// A filter as conditions on `ascl_picture p`; a picture without a vector never passes.
struct PostgresFilter: Sendable {
    let text: String
    let values: [PostgresValue]

    /// When a content's oldest file was written.
    private static let taken = """
        COALESCE(p.taken, (SELECT min(f.written_at) FROM ascl_file f WHERE f.picture = p.id))
        """

    /// - Parameters:
    ///   - first: The number of the first value.
    ///   - column: Where the vector lies that a picture must have.
    ///   - connection: Tells which folders are indexed, where the filter names one.
    init(
        _ filter: PictureFilter, from first: Int, by column: VectorColumn = .embedding, _ connection: PostgresConnection
    ) throws(PostgresError) {
        var (conditions, values) = (["p.\(column.rawValue) IS NOT NULL"], [PostgresValue]())
        func value(_ text: String) -> String {
            values.append(.text(text))
            return "$\(first + values.count - 1)::text"
        }
        func require(_ text: String, _ condition: (_ name: String) -> String) {
            conditions.append(condition(value(text)))
        }
        if let folder = filter.folder {
            let path = Indexing.path(folder) + "/"
            let roots = try connection.run("SELECT id, path FROM ascl_root")
            let places = (0..<roots.count).compactMap { row -> String? in
                guard let id: Int32 = roots.number(row, 0), let root = roots.text(row, 1).map({ $0 + "/" }) else {
                    return nil
                }
                if root.utf8.starts(with: path.utf8) { return "f.root = \(id)" }
                guard path.utf8.starts(with: root.utf8) else { return nil }
                // From `2019/` on, and before `20190`: that is what follows the slash.
                let own = String(decoding: path.utf8.dropFirst(root.utf8.count), as: UTF8.self)
                return "f.root = \(id) AND f.path >= \(value(own)) AND f.path < \(value(own.dropLast() + "0"))"
            }
            conditions.append(
                """
                EXISTS (SELECT FROM ascl_file f WHERE f.picture = p.id
                        AND (\(places.isEmpty ? "false" : places.joined(separator: " OR "))))
                """)
        }
        if let from = filter.from { require(from) { "\(Self.taken) >= \($0)" } }
        // `2019-07` is before `2019-07-15T...`, which is to be in: whatever begins with the day is.
        if let to = filter.to { require(to) { "left(\(Self.taken), length(\($0))) <= \($0)" } }
        if let camera = filter.camera { require(camera) { "position(lower(\($0)) IN lower(p.camera)) > 0" } }
        switch filter.orientation {
        case .landscape: conditions.append("p.width > p.height")
        case .portrait: conditions.append("p.width < p.height")
        case .square: conditions.append("p.width = p.height")
        case nil: break
        }
        if let side = filter.leastSide { conditions.append("greatest(p.width, p.height) >= \(side)") }
        (text, self.values) = (conditions.joined(separator: " AND "), values)
    }
}
