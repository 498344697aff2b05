import AsCLBase
import FeatureExtraction
import Foundation
import GRDB

extension Catalogue {
    /// Removes small copies of pictures that the index has no more: `thumbnails/ab/ab...-320.jpg`, by the content's digest.
    func removeThumbnailsOfNothing() throws {
        let files = FileManager.default
        let top = folder + "/thumbnails"
        guard let parts = try? files.contentsOfDirectory(atPath: top) else { return }
        for part in parts {
            let place = "\(top)/\(part)"
            // Removed by hand meanwhile, as anybody may.
            guard let names = try? files.contentsOfDirectory(atPath: place) else { continue }
            let kept = try database.read { database in
                try names.filter { name in
                    guard let digest = name.split(separator: "-").first.flatMap({ ContentDigest(hexadecimal: $0) })
                    else { return true }
                    return try Bool.fetchOne(
                        database, sql: "SELECT EXISTS (SELECT 1 FROM content WHERE sha256 = ?)",
                        arguments: [Data(digest.bytes)]) ?? true
                }
            }
            for name in Set(names).subtracting(kept) { unlink("\(place)/\(name)") }
            if kept.isEmpty { rmdir(place) }
        }
    }
}
