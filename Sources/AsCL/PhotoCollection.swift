import AsCLBase
import Foundation
import ImageEncoding
import PictureCatalogue
import PictureSearch

/// Photos of one's own, indexed once by a pretrained CLIP or SigLIP, and found by sentence without any training.
///
/// ```swift
/// try PhotoCollection.index(["photos"], in: "photos-index", encoder: "clip-vit-base-patch32")
/// let photos = try PhotoCollection(index: "photos-index")
/// for photo in try photos.search("a dog runs on the beach") { print(photo.belief ?? 0, photo.path) }
/// ```
///
/// It is the index that `ascl index --index photos-index` makes and `ascl search` asks. A collection may be used from several
/// threads at once, and sees what is indexed meanwhile.
public final class PhotoCollection: Sendable {
    /// One answer.
    public struct Photo: Sendable, Equatable {
        /// Where it lies.
        public let path: String
        /// The cosine of photo and query: higher is nearer. Cosines of different queries do not compare.
        public let score: Float
        /// How likely the photo shows what the sentence says, by the model, 0 to 1; nil where a photo was asked with.
        public let belief: Double?
        /// When it was taken, by the camera's clock, or else when its file was written: `2019-07-01T12:34:56`.
        public let taken: String?
    }

    private let collection: PictureCollection

    /// Opens an index.
    /// - Parameter index: Its folder.
    /// - Throws: `InputError` where there is none, it is not whole yet, or its model's folder is gone or another.
    public init(index: String, device: Device = .cpu) throws {
        collection = try PictureCollection(index: index, device: device)
    }

    /// Indexes folders of photos, or brings their index up to date: only what is new or has changed is computed, and what was
    /// computed stays when it is stopped.
    /// - Parameters:
    ///   - folders: Of photos, and the folders in them; none for all of the index. Another encoder than the index's own
    ///     sees to all of them anew.
    ///   - index: The index's folder, made when it is missing.
    ///   - encoder: The model's folder, in Hugging Face's layout.
    ///   - isStopping: Asked several times a second; `CancellationError` is thrown once it says so.
    ///   - onProgress: Told as often how many of a folder's photos are seen to, and how many there are.
    /// - Throws: `InputError` where a folder or the model cannot be read, or another program is indexing.
    public static func index(
        _ folders: [String], in index: String, encoder: String, device: Device = .cpu,
        isStopping: () -> Bool = { false }, onProgress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws {
        var digests = FileDigests.ofModels
        let place = Indexing.path(encoder)
        let tower = try PatchEncoder(directory: place, regions: .vector, device: device, digests: &digests)
        let indexing = try Indexing(
            Catalogue(folder: index, isNew: true), encoder: tower, place: place,
            workers: ProcessInfo.processInfo.activeProcessorCount)
        for folder in try indexing.folders(folders) {
            _ = try indexing.run(folder, progress: { onProgress($0.done, $0.total) }, isCancelled: isStopping)
        }
        try indexing.finish()
    }

    /// The photos that show what a sentence says, best first; none where the model believes that none does.
    public func search(_ sentence: String, top: Int = 10) throws -> [Photo] {
        try photos(PictureQuery(sentence), top)
    }

    /// The photos most like one that lies at `path`, nearest first.
    public func search(like path: String, top: Int = 10) throws -> [Photo] {
        try photos(PictureQuery([(.file(path), 1)]), top)
    }

    private func photos(_ query: PictureQuery, _ top: Int) throws -> [Photo] {
        var query = query
        query.count = max(0, top)
        return try collection.search(query).hits.map {
            Photo(path: $0.picture.path, score: $0.score, belief: $0.relevance, taken: $0.picture.taken)
        }
    }
}
