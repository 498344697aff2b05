import PictureCatalogue
import Synchronization
import VectorStore

/// The store of the captions' vectors, held open for reading.
final class CaptionVectors: Sendable {
    private let opened = Mutex<(model: CatalogueModel, store: VectorStore)?>(nil)

    /// The store as it is now; nil where there is none yet.
    func current(_ catalogue: Catalogue, _ model: CatalogueModel) throws -> VectorStore? {
        try opened.withLock { opened in
            if let opened, opened.model == model {
                try opened.store.refresh()
                return opened.store
            }
            opened = try catalogue.captionVectors(of: model, mode: .reading).map { (model, $0) }
            return opened?.store
        }
    }
}
