import AsCLBase
import FeatureExtraction
import Foundation
import GRDB
import ImageEncoding

extension Catalogue {
    /// Pictures that can be found, and of which nobody knows how they look: an older ascl indexed them.
    package func unseenCount() throws -> Int { try unseen().count }

    private func unseen() throws -> [Int64] {
        try database.read { database in
            try Int64.fetchAll(
                database,
                sql: """
                    SELECT content.id FROM content JOIN feature ON feature.content = content.id
                    JOIN model ON model.id = feature.model WHERE answers AND problem IS NULL AND look IS NULL
                    """)
        }
    }

    /// Looks at the pictures that an older ascl indexed. Those whose files are gone or changed wait for the next time.
    /// - Parameters:
    ///   - progress: Told after every few hundred how many are done, and how many there are.
    ///   - isCancelled: Asked as often; `CancellationError` is thrown then, and what is done stays.
    package func addLooks(
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }, isCancelled: () -> Bool = { false }
    ) throws {
        let ids = try unseen()
        for start in stride(from: 0, to: ids.count, by: 256) {
            if isCancelled() { throw CancellationError() }
            let part = Array(ids[start..<min(start + 256, ids.count)])
            let paths = try part.map { try places(of: $0)?.unchangedFile() }
            let looks = paths.concurrentMap { path -> PictureLook? in
                // Far larger than what is looked at, far smaller than the picture.
                let picture = try? path.map {
                    try PictureDecoder().decode(path: $0, shrinkingTo: PictureSize(width: 64, height: 64))
                }
                return picture.map { PictureLook($0) }
            }
            try database.write { database in
                for (id, look) in zip(part, looks) {
                    guard let look else { continue }
                    try database.execute(
                        sql: "UPDATE content SET look = ? WHERE id = ?",
                        arguments: [Int64(bitPattern: look.bits), id])
                }
            }
            progress(start + part.count, ids.count)
        }
    }
}

extension Array where Element: Sendable {
    /// What each becomes, worked out on all cores.
    fileprivate func concurrentMap<Result: Sendable>(_ body: @Sendable (Element) -> Result?) -> [Result?] {
        var results = [Result?](repeating: nil, count: count)
        results.withUnsafeMutableBufferPointer { results in
            nonisolated(unsafe) let results = results
            DispatchQueue.concurrentPerform(iterations: count) { results[$0] = body(self[$0]) }
        }
        return results
    }
}
