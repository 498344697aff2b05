import AsCLBase
import Foundation
package import VectorStore

extension Catalogue {
    /// The store of the vectors that pictures are searched by, by the numbers of their pictures: the encoder's, or the
    /// checkpoint's own.
    package func vectors(of model: CatalogueModel, mode: VectorStore.Mode) throws -> VectorStore {
        let (folder, fingerprint) = vectorsPlace(model)
        return try VectorStore(folder: folder, dimension: model.dimension, fingerprint: fingerprint, mode: mode)
    }

    /// Takes files of a model's vectors that are damaged out of their store: what lies in the blocks is put in again.
    /// - Returns: What was damaged, a line each.
    func removeDamage(of model: CatalogueModel) throws -> [String] {
        let (folder, fingerprint) = vectorsPlace(model)
        return try VectorStore.removeDamage(folder: folder, dimension: model.dimension, fingerprint: fingerprint)
    }

    private func vectorsPlace(_ model: CatalogueModel) -> (folder: String, fingerprint: String) {
        let own = model.checkpoint.flatMap { $0.dimension == nil ? nil : $0 }
        return (
            "\(place(of: model))/\(Self.vectorsName(model))",
            own.map { "\($0.fingerprint) on \(model.identity)" } ?? model.identity
        )
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
