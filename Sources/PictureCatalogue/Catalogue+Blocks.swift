import AsCLBase
package import FeatureExtraction
import Foundation

extension Catalogue {
    private func featuresFolder(_ model: CatalogueModel) -> String { place(of: model) + "/features" }

    /// The store of a model's features, for whoever adds to it.
    func blocks(of model: CatalogueModel, recordSize: Int) throws -> BlockStore {
        try Folder.make(featuresFolder(model))
        return try BlockStore(
            folder: featuresFolder(model), recordSize: recordSize, picturesPerBlock: 128
        ) { data, path in
            try AtomicFile.write(data, to: path)
        }
    }

    /// A model's features, for whoever reads them.
    package func features(of model: CatalogueModel) throws -> BlockReader {
        try BlockReader(folder: featuresFolder(model), recordSize: model.layout.byteCount)
    }
}

extension CatalogueModel {
    /// How a picture's features stand in a block.
    package var layout: RecordLayout { RecordLayout(shape: shape, elementType: .float16) }
}
