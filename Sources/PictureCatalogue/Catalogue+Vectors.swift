import AsCLBase
import Foundation
package import VectorStore

extension Catalogue {
    /// The store of the vectors that pictures are searched by, by the numbers of their pictures: the encoder's, or the
    /// checkpoint's own.
    package func vectors(of model: CatalogueModel, mode: VectorStore.Mode) throws -> VectorStore {
        let own = model.checkpoint.flatMap { $0.dimension == nil ? nil : $0 }
        return try VectorStore(
            folder: "\(place(of: model))/\(Self.vectorsName(model))", dimension: model.dimension,
            fingerprint: own.map { "\($0.fingerprint) on \(model.identity)" } ?? model.identity, mode: mode)
    }

    private static func vectorsName(_ model: CatalogueModel) -> String {
        guard let checkpoint = model.checkpoint, checkpoint.dimension != nil else { return "vectors" }
        return "vectors-\(checkpoint.id)"
    }

    /// Removes the features and vectors of models and checkpoints that the catalogue has no more.
    func removeOthers(than model: CatalogueModel) throws {
        func remove(_ prefix: String, but kept: String, in folder: String) throws {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder)
            where name.hasPrefix(prefix) && name != kept {
                try FileManager.default.removeItem(atPath: folder + "/" + name)
            }
        }
        let own = place(of: model)
        try remove("model-", but: URL(fileURLWithPath: own).lastPathComponent, in: folder)
        try remove("vectors", but: Self.vectorsName(model), in: own)
    }
}
