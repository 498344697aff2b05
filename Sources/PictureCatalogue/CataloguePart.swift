import AsCLBase
import FeatureExtraction
import Foundation
import VectorStore

/// The index of a shard that is done, held so that nobody changes it.
struct CataloguePart {
    let catalogue: Catalogue
    let shard: Shard
    let model: CatalogueModel
    /// What lay in its folders, by their paths.
    let listings: [String: Data]
    private let lock: FolderLock?

    var folder: String { catalogue.folder }

    /// - Throws: `InputError` where it is no shard's index, or one that is not done.
    init(_ folder: String) throws {
        catalogue = try Catalogue(folder: folder, isNew: false)
        // What cannot be written changes under nobody's hands.
        lock = catalogue.database.isReadOnly ? nil : try catalogue.lock()
        try catalogue.check()
        guard let shard = try catalogue.shard() else {
            throw InputError(
                path: folder, place: "shard", expected: "the index of a shard, which `ascl index --shard` makes",
                found: "one of all pictures")
        }
        self.shard = shard
        guard let listings = try catalogue.listings(), let model = try catalogue.answeringModel(),
            try catalogue.unseenFileCount(model) == 0
        else { throw Self.unfinished(folder, "one whose run has not come to its end") }
        (self.listings, self.model) = (listings, model)
        let (wanted, found) = (Set(try contents().values), try vectors().ids)
        guard wanted == found else {
            throw unfinished("vectors of \(found.intersection(wanted).count) of \(wanted.count) pictures")
        }
    }

    /// Throws unless it is a shard of the same index as another.
    func expectLike(_ first: CataloguePart) throws(InputError) {
        func expect(_ place: String, _ own: String, _ other: String) throws(InputError) {
            guard own != other else { return }
            throw InputError(path: folder, place: place, expected: "\(other), as \(first.folder) has it", found: own)
        }
        try expect("number of shards", "\(shard.count)", "\(first.shard.count)")
        try expect("encoder", model.identity, first.model.identity)
        try expect("model", model.checkpoint?.fingerprint ?? "none", first.model.checkpoint?.fingerprint ?? "none")
        func folders(_ part: CataloguePart) -> String {
            part.listings.keys.sorted { $0.precedes($1) }.joined(separator: ", ").escapedForOneLine
        }
        try expect("folders", folders(self), folders(first))
    }

    /// An error for a shard that lacks something.
    func unfinished(_ found: String) -> InputError { Self.unfinished(folder, found) }

    private static func unfinished(_ folder: String, _ found: String) -> InputError {
        InputError(path: folder, place: "shard", expected: "one that is done", found: "\(found): run it again")
    }

    /// The contents that have features: their numbers by their digests.
    func contents() throws -> [ContentDigest: Int64] { try catalogue.contents(model) }

    func vectors() throws -> VectorStore { try catalogue.vectors(of: model, mode: .reading) }

    /// Nil where there are none.
    func captionVectors() throws -> VectorStore? { try catalogue.captionVectors(of: model, mode: .reading) }

    /// What its features and vectors take.
    var byteCount: Int { get throws { try catalogue.byteCount(of: model) } }
}
