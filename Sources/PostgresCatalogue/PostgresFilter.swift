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

    /// - Parameter first: The number of the first value.
    init(_ filter: PictureFilter, from first: Int) {
        var (conditions, values) = (["p.embedding IS NOT NULL"], [PostgresValue]())
        func require(_ value: String, _ condition: (_ name: String) -> String) {
            conditions.append(condition("$\(first + values.count)::text"))
            values.append(.text(value))
        }
        if let folder = filter.folder {
            // By characters, not by a pattern: names may have % and _ in them.
            require(Indexing.path(folder) + "/") { name in
                """
                EXISTS (SELECT FROM ascl_file f JOIN ascl_root r ON r.id = f.root
                        WHERE f.picture = p.id AND starts_with(r.path || '/' || f.path, \(name)))
                """
            }
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
