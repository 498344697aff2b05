import AsCLBase
import FeatureExtraction
import Foundation
import VectorStore

extension Catalogue {
    /// Bytes that the features and vectors of an index take.
    package struct Room: Sendable, Encodable {
        /// Before and after.
        package let before, after: Int
    }

    /// Writes vectors and features anew without what was deleted, which indexing does by itself once it is a quarter of the
    /// vectors. Searches go on meanwhile, and whatever moment it ends at, nothing is lost.
    /// - Throws: `InputError` while somebody is indexing, or before the first indexing has come to its end.
    package func compact() throws -> Room {
        let lock = try lock()
        defer { withExtendedLifetime(lock) {} }
        guard let model = try answeringModel() else {
            throw InputError(
                path: folder, place: "index", expected: "one that is whole",
                found: "none yet: `ascl index` has not come to its end")
        }
        let before = try byteCount(of: model)
        let contents = try contents(model)
        let vectors = try vectors(of: model, mode: .writing)
        try vectors.delete(ids: vectors.ids.subtracting(contents.values))
        try vectors.compact()
        try blocks(of: model, recordSize: model.layout.byteCount).compact(keeping: Set(contents.keys))
        return Room(before: before, after: try byteCount(of: model))
    }

    /// What a model's features and vectors take on the disk.
    func byteCount(of model: CatalogueModel) throws -> Int { try Folder.byteCount(place(of: model)) }
}
