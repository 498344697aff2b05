import Foundation
import ImageEncoding
import PictureCatalogue
import RetrievalFixtures

/// A folder of small pictures, and one for their index.
struct Photos {
    let folder: ScratchFolder
    var images: String { folder.path + "/images" }
    var index: String { folder.path + "/index" }

    /// Pictures `1.bmp` to `<count>.bmp`, no two alike.
    init(_ count: Int) throws {
        folder = try ScratchFolder()
        try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: true)
        for number in 0..<count { try add("\(number + 1).bmp", number + 1) }
    }

    func add(_ name: String, _ number: Int) throws {
        try write(TinyPicture.bitmap(number), name)
    }

    func write(_ data: Data, _ name: String) throws {
        let path = URL(fileURLWithPath: images + "/" + name)
        try FileManager.default.createDirectory(at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: path)
        // Long ago: a fresh file is read again, since it may yet change within the same stamp.
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: path.path)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: images + "/" + name) }

    /// Indexes the folder.
    @discardableResult
    func indexed(
        _ encoder: any PictureEncoder = DescriptorEncoder(), isCancelled: () -> Bool = { false }
    ) throws -> Indexing.Summary {
        let indexing = try Indexing(
            Catalogue(folder: index, isNew: true), encoder: encoder, description: .descriptors, workers: 2)
        let summary = try indexing.run(images, isCancelled: isCancelled)
        try indexing.finish()
        return summary
    }
}
