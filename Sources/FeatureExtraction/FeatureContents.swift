import AsCLBase
import RetrievalData

/// What the finished files of a folder are to hold.
struct FeatureContents {
    typealias Row = (name: String, digest: ContentDigest)

    /// By split, in the list's order.
    let rows: [String: [Row]]
    /// What has no features, by name.
    let failures: FailureTable

    var rowCount: Int { rows.values.reduce(0) { $0 + $1.count } }

    /// What `features.json` says of it.
    func result(list: ContentDigest) -> FeatureManifest.Result {
        FeatureManifest.Result(
            list: list.hexadecimal, pictures: rows.mapValues(\.count), failed: failures.lines.count)
    }

    /// Tells contents apart.
    func digest(list: ContentDigest) -> ContentDigest {
        var text = list.hexadecimal + "\n"
        for (split, rows) in rows.sorted(by: { $0.key.precedes($1.key) }) {
            text += "\(split) \(rows.count)\n"
            for row in rows { text += "\(row.digest.hexadecimal) \(row.name)\n" }
        }
        return ContentDigest(of: text + failures.text)
    }
}
