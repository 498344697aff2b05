package import AsCLBase
import Foundation
package import PictureCatalogue
import PretrainedFolders
import RetrievalModels
import Synchronization
package import Torch
import VectorStore

/// An indexed collection of pictures that answers queries. May be used from several threads.
///
/// It sees what is indexed meanwhile. While a collection is being indexed by another model, the former one answers until the
/// new one is whole.
package final class PictureCollection: Sendable {
    /// Where the pictures are kept.
    package let home: any PictureHome
    let limits: SearchLimits
    private let device: Device
    /// Nil while the models are let go of.
    private let opened: Mutex<Opened?>
    let captionVectors = CaptionVectors()

    /// Everything that belongs to the model that answers.
    struct Opened: Sendable {
        let model: CatalogueModel
        var first: FirstStage
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

    /// Opens a collection that is kept elsewhere.
    /// - Throws: `InputError` where it is not whole yet, or its model's folder is gone or another.
    package convenience init(_ home: any PictureHome, device: Device = .cpu) throws {
        try self.init(home, device: device, limits: SearchLimits())
    }

    convenience init(index folder: String, device: Device = .cpu, limits: SearchLimits) throws {
        try self.init(FolderHome(Catalogue(folder: folder, isNew: false)), device: device, limits: limits)
    }

    init(_ home: any PictureHome, device: Device = .cpu, limits: SearchLimits) throws {
        self.limits = limits
        self.home = home
        self.device = device
        opened = Mutex(try Self.open(home, device))
    }

    /// The catalogue of the index's folder, for what is kept nowhere else.
    /// - Throws: `InputError` where the collection is kept elsewhere.
    package var catalogue: Catalogue {
        get throws {
            guard let folder = home as? FolderHome else { throw Self.lacksFolder }
            return folder.catalogue
        }
    }

    /// What is told where something wants an index's folder.
    package static let lacksFolder = InputError(
        place: "store", expected: "an index's folder, which alone has captions, calibrations, looks and graphs",
        found: "PostgreSQL: `ascl index copy` brings the collection into a folder")

    private static func open(_ home: any PictureHome, _ device: Device) throws -> Opened {
        guard let model = try home.answeringModel() else {
            throw InputError(
                path: home.name, place: "index", expected: "one that is whole",
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
        let first = try FirstStage(home, model, trained, device: device)
        let isWhole = model.checkpoint?.dimension != nil && trained?.scoresByVectors == true
        return Opened(
            model: model, first: first,
            second: isWhole ? nil : try trained.map { try SecondStage($0, home, model) },
            trained: trained)
    }

    /// Takes a graph of a store, as long as that is the one that is searched.
    func use(_ graph: NeighbourGraph, of store: VectorStore) {
        opened.withLock { opened in
            if (try? opened?.first.store) === store { opened?.first.graph = graph }
        }
    }

    /// The state that answers now: what was indexed meanwhile is taken in.
    func current() throws -> Opened {
        try opened.withLock { opened in
            if var known = opened, try home.answeringModel() == known.model {
                try known.first.vectors.refresh()
                if let folder = home as? FolderHome {
                    try known.first.calibration.refresh(folder.catalogue, known.model)
                }
                opened = known
                return known
            }
            let new = try Self.open(home, device)
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

    /// Looks at every byte of the vectors in an index's folder; files that are damaged are left out of what is searched from then on.
    /// - Returns: What is damaged, a line each.
    package func check() throws -> [String] {
        guard home is FolderHome else { return [] }
        let store = try current().first.store
        try store.leaveOutDamage()
        return store.damage
    }
}
