import AsCLBase
package import VectorStore

extension Catalogue {
    /// The store of a model's vectors, by the numbers of their pictures.
    package func vectors(of model: CatalogueModel, mode: VectorStore.Mode) throws -> VectorStore {
        try VectorStore(
            folder: place(of: model) + "/vectors", dimension: model.dimension, fingerprint: model.identity, mode: mode)
    }
}
