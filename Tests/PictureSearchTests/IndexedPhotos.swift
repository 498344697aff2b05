import AsCLBase
import Foundation
import ImageEncoding
import PictureCatalogue
import PictureSearch
import PretrainedFolders
import RetrievalFixtures

/// Small pictures, indexed by a tiny CLIP or SigLIP of random weights.
struct IndexedPhotos {
    let folder: ScratchFolder
    var images: String { folder.path + "/images" }
    var index: String { folder.path + "/index" }
    var encoder: String { folder.path + "/encoder" }

    init(_ family: PretrainedFamily = .clip, pictures: Int = 12) throws {
        folder = try ScratchFolder()
        try TinyPretrained.write(family, to: encoder)
        for number in 0..<pictures { try add("\(number % 2 == 0 ? "even" : "odd")/\(number).bmp", number) }
        try update()
    }

    func add(_ name: String, _ number: Int) throws {
        let path = URL(fileURLWithPath: images + "/" + name)
        try FileManager.default.createDirectory(at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try TinyPicture.bitmap(number, width: number % 3 == 0 ? 8 : 16).write(to: path)
    }

    /// Brings the index up to date.
    func update(by encoder: String? = nil, finishing: Bool = true) throws {
        let place = encoder ?? self.encoder
        var digests = FileDigests()
        let tower = try PatchEncoder(directory: place, regions: .vector, digests: &digests)
        let indexing = try Indexing(
            Catalogue(folder: index, isNew: true), encoder: tower, description: .vector(folder: place), workers: 1)
        _ = try indexing.run(images)
        if finishing { try indexing.finish() }
    }

    /// The number of a picture.
    func number(_ name: String, in collection: PictureCollection) throws -> Int64? {
        var query = PictureQuery([(.file(images + "/" + name), 1)])
        query.count = 1
        return try collection.search(query).hits.first?.picture.id
    }
}
