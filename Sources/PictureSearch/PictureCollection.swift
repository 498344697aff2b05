import AsCLBase
import Foundation
package import PictureCatalogue
import PretrainedFolders
import RetrievalModels
import Synchronization
package import Torch

/// An indexed collection of pictures that answers queries. May be used from several threads.
///
/// It sees what is indexed meanwhile. While a collection is being indexed by another model, the former one answers until the
/// new one is whole.
package final class PictureCollection: Sendable {
    /// What is known of the pictures.
    package let catalogue: Catalogue
    let limits: SearchLimits
    private let device: Device
    /// Nil while the models are let go of.
    private let opened: Mutex<Opened?>

    /// Everything that belongs to the model that answers.
    struct Opened: Sendable {
        let model: CatalogueModel
        let first: FirstStage
        /// Nil where the vectors of the first are the whole score.
        let second: SecondStage?
        let trained: TrainedModel?
    }

    /// What errors call a picture that came as bytes.
    package static let nameOfData = "the picture"

    /// Opens an index.
    /// - Throws: `InputError` where there is none, or it is not whole yet, or its model's folder is gone or another.
    package convenience init(index folder: String, device: Device = .cpu) throws {
        try self.init(index: folder, device: device, limits: SearchLimits())
    }

    init(index folder: String, device: Device = .cpu, limits: SearchLimits) throws {
        self.limits = limits
        catalogue = try Catalogue(folder: folder, isNew: false)
        self.device = device
        opened = Mutex(try Self.open(catalogue, device))
    }

    private static func open(_ catalogue: Catalogue, _ device: Device) throws -> Opened {
        guard let model = try catalogue.answeringModel() else {
            throw InputError(
                path: catalogue.folder, place: "index", expected: "one that is whole",
                found: "none yet: `ascl index` has not come to its end")
        }
        if let directory = model.description.towers {
            let folder = try PretrainedFolder(directory: directory)
            var digests = FileDigests.ofModels
            let fingerprint = try folder.fingerprint(&digests)
            guard model.identity.contains(fingerprint) else {
                throw InputError(
                    path: directory, place: "model",
                    expected: "\(model.identity), which the pictures were indexed by",
                    found:
                        "\(fingerprint): `ascl index --encoder` indexes them anew, and until then the former answers "
                        + "where it is put back")
            }
        }
        let trained = try model.checkpoint.map { try TrainedModel($0, device: device) }
        let first = try FirstStage(catalogue, model, trained, device: device)
        let isWhole = model.checkpoint?.dimension != nil && trained?.scoresByVectors == true
        return Opened(
            model: model, first: first,
            second: isWhole ? nil : try trained.map { try SecondStage($0, catalogue, model) }, trained: trained)
    }

    /// The state that answers now: what was indexed meanwhile is taken in.
    func current() throws -> Opened {
        try opened.withLock { opened in
            if let known = opened, try catalogue.answeringModel() == known.model {
                try known.first.store.refresh()
                return known
            }
            let new = try Self.open(catalogue, device)
            opened = new
            return new
        }
    }

    /// Whether the models are in memory.
    package var isLoaded: Bool { opened.withLock { $0 != nil } }

    /// Lets go of the models; the next search loads them again.
    package func unload() {
        opened.withLock { $0 = nil }
        FreedMemory.release()
    }

    /// Looks at every byte of the vectors; files that are damaged are left out of what is searched from then on.
    /// - Returns: What is damaged, a line each.
    package func check() throws -> [String] {
        let store = try current().first.store
        try store.leaveOutDamage()
        return store.damage
    }
}
