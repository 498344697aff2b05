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
        ("\(place(of: model))/\(Self.name("vectors", model))", model.vectorsFingerprint)
    }

    /// The store of the vectors of the captions, in the same space, by the captions' numbers; nil for reading where there is
    /// none yet.
    package func captionVectors(of model: CatalogueModel, mode: VectorStore.Mode) throws -> VectorStore? {
        let folder = "\(place(of: model))/\(Self.name("captions", model))"
        if case .reading = mode, !VectorStore.exists(in: folder) { return nil }
        return try VectorStore(
            folder: folder, dimension: model.dimension, fingerprint: model.vectorsFingerprint, mode: mode)
    }

    private static func name(_ what: String, _ model: CatalogueModel) -> String {
        guard let checkpoint = model.checkpoint, checkpoint.dimension != nil else { return what }
        return "\(what)-\(checkpoint.id)"
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
        for what in ["vectors", "captions"] { try remove(what, but: Self.name(what, model), in: own) }
    }
}

extension CatalogueModel {
    /// What makes the vectors that pictures are searched by.
    package var vectorsFingerprint: String {
        guard let checkpoint, checkpoint.dimension != nil else { return identity }
        return "\(checkpoint.fingerprint) on \(identity)"
    }
}
