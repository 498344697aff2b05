import AsCLBase
import FeatureExtraction
package import Foundation
package import VectorStore

/// An index's folder as the home of a collection.
package struct FolderHome: PictureHome {
    /// What is known of the pictures.
    package let catalogue: Catalogue

    /// Of an index.
    package init(_ catalogue: Catalogue) { self.catalogue = catalogue }

    package var name: String { catalogue.folder }

    package func answeringModel() throws -> CatalogueModel? { try catalogue.answeringModel() }

    package func numbers() throws -> Catalogue.Numbers { try catalogue.numbers() }

    package func problems() throws -> [Catalogue.Problem] { try catalogue.problems() }

    package func pictures(_ ids: [Int64]) throws -> Gathered<[Int64: CataloguedPicture]> {
        Gathered(try catalogue.pictures(ids))
    }

    package func places(of id: Int64) throws -> PicturePlaces? { try catalogue.places(of: id) }

    package func thumbnail(of id: Int64, _ places: PicturePlaces, side: Int) -> Data? {
        try? Data(contentsOf: URL(fileURLWithPath: thumbnail(places, side)))
    }

    package func keep(_ thumbnail: Data, of id: Int64, _ places: PicturePlaces, side: Int) {
        let path = self.thumbnail(places, side)
        // An index that may only be read costs time, not the picture.
        try? Folder.make(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        try? AtomicFile.write(thumbnail, to: path)
    }

    private func thumbnail(_ places: PicturePlaces, _ side: Int) -> String {
        let name = "\(places.digest.hexadecimal)-\(side)"
        return "\(catalogue.folder)/thumbnails/\(name.prefix(2))/\(name).jpg"
    }

    package func nearestPictures(by model: CatalogueModel) throws -> any PictureVectors {
        FolderVectors(catalogue: catalogue, store: try catalogue.vectors(of: model, mode: .readingWhole))
    }

    package func features(by model: CatalogueModel) throws -> any PictureRecords {
        FolderRecords(
            catalogue: catalogue, layout: model.layout, blocks: try catalogue.features(of: model))
    }

    package func forget(root path: String) throws -> Bool { try catalogue.forget(root: path) }

    package func outages() -> [String] { [] }
}

/// The vectors of an index's folder.
package struct FolderVectors: PictureVectors {
    let catalogue: Catalogue
    /// The store.
    package let store: VectorStore

    package var dimension: Int { store.dimension }

    package var count: Int { store.count }

    package var damage: [String] { store.damage }

    package func refresh() throws { try store.refresh() }

    package func selection(_ filter: PictureFilter) throws -> PictureSelection {
        let ids = try catalogue.pictures(filter)
        return PictureSelection(filter, ids: ids, count: ids?.count ?? store.count)
    }

    package func nearest(
        to queries: [[Float]], top: Int, in selection: PictureSelection
    ) throws -> Gathered<[[VectorMatch]]> {
        Gathered(try store.search(queries: queries, top: top, filter: selection.ids.map { .allowing($0) }))
    }

    package func vectors(of ids: [Int64]) throws -> [Int64: [Float]] {
        var vectors: [Int64: [Float]] = [:]
        for id in ids { vectors[id] = store.vector(of: id) }
        return vectors
    }

    package func ids(in selection: PictureSelection) throws -> Gathered<[Int64]> {
        let all = store.ids
        return Gathered((selection.ids.map { all.intersection($0) } ?? all).sorted())
    }
}

/// The features in an index's folder.
private struct FolderRecords: PictureRecords {
    let catalogue: Catalogue
    let layout: RecordLayout
    let blocks: BlockReader

    func records(of ids: [Int64]) throws -> Gathered<FoundRecords> {
        let digests = try catalogue.digests(of: ids)
        var found = try records(of: digests)
        if !found.unusable.isEmpty {
            // They may have been mended meanwhile.
            try blocks.refresh()
            found = try records(of: digests)
        }
        let files = Set(found.unusable.compactMap { digests[$0].flatMap { blocks.file(of: $0) } }).sorted()
        let line = FoundRecords.line(
            of: found.unusable, in: catalogue.folder, way: "rm \(files.joined(separator: " "))")
        return Gathered(found.records, missing: files.isEmpty ? [] : [line])
    }

    private func records(
        of digests: [Int64: ContentDigest]
    ) throws -> (records: FoundRecords, unusable: [Int64]) {
        var (found, unusable) = (FoundRecords(), [Int64]())
        let known = digests.sorted { $0.key < $1.key }
        for ((id, _), record) in zip(known, try blocks.records(of: known.map(\.value))) {
            guard let record else {
                found.damaged.insert(id)
                continue
            }
            if layout.holdsNumbers(record) { found.records[id] = record } else { unusable.append(id) }
        }
        return (found, unusable)
    }
}
