import AsCLBase
package import VectorStore

extension Catalogue {
    /// The store of a model's vectors, by the numbers of their pictures.
    package func vectors(of model: CatalogueModel, mode: VectorStore.Mode) throws -> VectorStore {
        try VectorStore(
            folder: place(of: model) + "/vectors", dimension: model.dimension, fingerprint: model.identity, mode: mode)
    }

    /// Takes files of a model's vectors that are damaged out of their store: what lies in the blocks is put in again.
    /// - Returns: What was damaged, a line each.
    func removeDamage(of model: CatalogueModel) throws -> [String] {
        try VectorStore.removeDamage(
            folder: place(of: model) + "/vectors", dimension: model.dimension, fingerprint: model.identity)
    }
}
