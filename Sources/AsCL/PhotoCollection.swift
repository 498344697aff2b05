import AsCLBase
import Foundation
import ImageEncoding
import PictureCatalogue
import PictureSearch

/// Photos of one's own, indexed once and found by sentence: by a pretrained CLIP or SigLIP without any training, or by a
/// trained model, which scores what is found.
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
        let id: Int64
        /// Where it lies.
        public let path: String
        /// The cosine of photo and query, or the trained model's score: higher is nearer. Scores of different queries do not
        /// compare.
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
        try self.index(
            folders, in: index, .vector(folder: Indexing.path(encoder)), nil, device, isStopping, onProgress)
    }

    /// The same with a trained model that scores what is found.
    /// - Parameters:
    ///   - encoding: What the model was trained on. Another model on the same encoding encodes no photo anew.
    ///   - model: The model's folder, as `ascl train` writes it.
    /// - Throws: `InputError` also where the model was trained on something else.
    public static func index(
        _ folders: [String], in index: String, encoding: PictureEncoding, model: String, device: Device = .cpu,
        isStopping: () -> Bool = { false }, onProgress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws {
        let trained = try TrainedModel(checkpoint: model, device: device)
        try self.index(folders, in: index, encoding.description(), trained, device, isStopping, onProgress)
    }

    private static func index(
        _ folders: [String], in index: String, _ description: EncoderDescription, _ trained: TrainedModel?,
        _ device: Device, _ isStopping: () -> Bool, _ onProgress: (Int, Int) -> Void
    ) throws {
        var digests = FileDigests.ofModels
        let encoder = try description.encoder(on: device, digests: &digests)
        try trained?.check(encoder)
        let indexing = try Indexing(
            Catalogue(folder: index, isNew: true), encoder: encoder, description: description,
            checkpoint: trained?.searchCheckpoint(description, shape: encoder.shape),
            workers: ProcessInfo.processInfo.activeProcessorCount)
        try indexing.catchUp(isCancelled: isStopping)
        for folder in try indexing.folders(folders) {
            _ = try indexing.run(folder, progress: { onProgress($0.done, $0.total) }, isCancelled: isStopping)
        }
        try indexing.finish()
    }

    /// The photos that show what a sentence says, best first; none where the model believes that none does. A trained model
    /// that is not on a CLIP or a SigLIP has no belief: then the nearest come, whether they match or not.
    public func search(_ sentence: String, top: Int = 10) throws -> [Photo] {
        try photos(PictureQuery(sentence), top)
    }

    /// The photos most like one that lies at `path`, nearest first.
    public func search(like path: String, top: Int = 10) throws -> [Photo] {
        try photos(PictureQuery([(.file(path), 1)]), top)
    }

    /// Which words of a sentence met which regions of a photo that was found, and which words found nothing. Nil where no
    /// trained model that lets words and regions attend to each other scores the photos.
    /// - Throws: `InputError` where the sentence is blank, or the photo is not in the index any more.
    public func explain(_ photo: Photo, _ sentence: String) throws -> Explanation? {
        try collection.explain(picture: photo.id, sentence: sentence)
    }

    private func photos(_ query: PictureQuery, _ top: Int) throws -> [Photo] {
        var query = query
        query.count = max(0, top)
        return try collection.search(query).hits.map {
            Photo(
                id: $0.picture.id, path: $0.picture.path, score: $0.score, belief: $0.relevance, taken: $0.picture.taken
            )
        }
    }
}
