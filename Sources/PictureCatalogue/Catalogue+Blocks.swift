import AsCLBase
import FeatureExtraction
import Foundation

extension Catalogue {
    /// The store of a model's features.
    func blocks(of model: CatalogueModel, recordSize: Int) throws -> BlockStore {
        let folder = place(of: model) + "/features"
        try Folder.make(folder)
        return try BlockStore(folder: folder, recordSize: recordSize, picturesPerBlock: 128) { data, path in
            try AtomicFile.write(data, to: path)
        }
    }

    /// Removes the features and vectors of models that the catalogue has no more.
    func removeOtherModels(than model: CatalogueModel) throws {
        let own = URL(fileURLWithPath: place(of: model)).lastPathComponent
        for name in try FileManager.default.contentsOfDirectory(atPath: folder)
        where name.hasPrefix("model-") && name != own {
            try FileManager.default.removeItem(atPath: folder + "/" + name)
        }
    }
}
