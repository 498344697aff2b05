import AsCLBase
import Foundation
import ImageEncoding
import PictureCatalogue
import PictureSearch
import Postgres
import RetrievalFixtures

@testable import PostgresCatalogue

/// Small pictures, indexed by a tiny CLIP of random weights into databases.
struct StoredPhotos {
    let folder: ScratchFolder
    let addresses: [String]
    var images: String { folder.path + "/images" }
    var clip: String { folder.path + "/clip" }

    /// - Parameter addresses: Of databases; by default new ones.
    init(_ pictures: Int = 12, parts: Int = 1, addresses: [String]? = nil) throws {
        folder = try ScratchFolder()
        self.addresses = try addresses ?? PostgresServer.newDatabases(parts)
        try TinyPretrained.write(.clip, to: clip)
        for number in 0..<pictures { try add("\(number % 2 == 0 ? "even" : "odd")/\(number).bmp", number) }
    }

    func add(_ name: String, _ number: Int) throws {
        try write(TinyPicture.bitmap(number, width: number % 3 == 0 ? 8 : 16), name)
    }

    func write(_ data: Data, _ name: String) throws {
        let path = URL(fileURLWithPath: images + "/" + name)
        try FileManager.default.createDirectory(at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: path)
        // Long ago: a fresh file is read again, since it may yet change within the same stamp.
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1e9 + Double(data.reduce(0) { $0 + Int($1) }))],
            ofItemAtPath: path.path)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: images + "/" + name) }

    func store(patience: Double = 20) throws -> PostgresStore {
        try PostgresStore(
            addresses.map { address throws(InputError) in try PostgresAddress(address) }, patience: patience)
    }

    func encoder() throws -> PatchEncoder {
        var digests = FileDigests()
        return try PatchEncoder(directory: clip, regions: .vector, digests: &digests)
    }

    func model() throws -> CatalogueModel { CatalogueModel(try encoder(), .vector(folder: clip)) }

    /// Indexes into the databases.
    @discardableResult
    func index() throws -> Indexing.Summary {
        let encoder = try encoder()
        let indexing = Indexing(
            try PostgresWriter(store(), by: CatalogueModel(encoder, .vector(folder: clip))), encoder: encoder,
            workers: 1)
        let summary = try indexing.run(images)
        try indexing.finish()
        return summary
    }

    /// A collection of the databases.
    func collection(patience: Double = 20) throws -> PictureCollection {
        try PictureCollection(store(patience: patience))
    }

    /// Indexes the same pictures into a folder.
    func folderCollection() throws -> PictureCollection {
        let index = folder.path + "/index"
        let indexing = try Indexing(
            Catalogue(folder: index, isNew: true), encoder: encoder(), description: .vector(folder: clip), workers: 1)
        _ = try indexing.run(images)
        try indexing.finish()
        return try PictureCollection(index: index)
    }

    /// A query that every picture answers.
    static func everything(_ change: (inout PictureQuery) -> Void = { _ in }) -> PictureQuery {
        var query = PictureQuery("a cat")
        (query.showsAll, query.count) = (true, 100)
        change(&query)
        return query
    }
}

extension SearchAnswer {
    /// The paths of what was found, in their order.
    var paths: [String] { hits.map(\.picture.path) }
}

/// What an error says.
func line(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch { return "\(error)" }
}
