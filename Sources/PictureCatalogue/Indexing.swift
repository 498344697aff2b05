package import AsCLBase
import FeatureExtraction
import Foundation
package import ImageEncoding

/// Brings an index up to date with folders of pictures: what is new, changed, moved or gone, and nothing else.
///
/// Features go to a store of blocks first, then the catalogue takes the pictures down in one transaction; whatever moment it
/// ends at, nothing is lost but the block in hand, and nothing is there twice.
package struct Indexing {
    /// How far it is.
    package struct Progress: Sendable {
        /// Pictures seen to, those among them that were as they had been, and all.
        package let done, unchanged, total: Int
    }

    /// What has become of a folder's pictures.
    package struct Summary: Sendable, Encodable, Equatable {
        /// Pictures of the folder.
        package var pictures = 0
        /// Whose features were computed.
        package var new = 0
        /// That lie somewhere else, or twice, by their content.
        package var known = 0
        /// That are gone.
        package var removed = 0
        /// That cannot be used.
        package var failed = 0

        /// Adds another folder's.
        package mutating func add(_ other: Summary) {
            pictures += other.pictures
            new += other.new
            known += other.known
            removed += other.removed
            failed += other.failed
        }

        /// Of no folder.
        package init() {}

        init(pictures: Int, new: Int = 0, known: Int = 0, removed: Int = 0, failed: Int = 0) {
            (self.pictures, self.new, self.known, self.removed, self.failed) = (pictures, new, known, removed, failed)
        }
    }

    private let catalogue: Catalogue
    private let encoder: any PictureEncoder
    private let model: CatalogueModel
    private let workers: Int
    private let layout: RecordLayout
    private let blocks: BlockStore
    private let vectors: VectorUpkeep
    private let lock: FolderLock
    /// Whose pictures are indexed; nil where all are.
    private let shard: Shard?
    /// What was put right of the vectors' files on opening, a line each.
    package let repairs: [String]

    /// Pictures whose features are written at once; what a kill can lose at most.
    private static let picturesPerBlock = 128

    /// Takes hold of an index.
    /// - Parameters:
    ///   - description: The encoder's, for whoever opens the index.
    ///   - checkpoint: The trained model that is to search by the features, where there is one.
    ///   - shard: The part of the pictures that a new index is to be of. An old one stays what it is.
    ///   - workers: Threads that decode and encode.
    ///   - checks: Whether every byte of the catalogue and of the vectors is looked at first.
    /// - Throws: `InputError` where another process is at it, or an old index is of another shard.
    package init(
        _ catalogue: Catalogue, encoder: any PictureEncoder, description: EncoderDescription,
        checkpoint: SearchCheckpoint? = nil, shard: Shard? = nil, workers: Int, checks: Bool = true
    ) throws {
        self.catalogue = catalogue
        self.encoder = encoder
        self.workers = workers
        lock = try catalogue.lock()
        if checks { try catalogue.check() }
        self.shard = try catalogue.setShard(shard)
        model = try catalogue.model(encoder, description, checkpoint)
        layout = RecordLayout(shape: encoder.shape, elementType: .float16)
        blocks = try catalogue.blocks(of: model, recordSize: layout.byteCount)
        let damage = checks ? try catalogue.removeDamage(of: model) : []
        vectors = try VectorUpkeep(catalogue, model, checkpoint?.vectors)
        repairs = damage + vectors.store.repairs
        // Of a block that is damaged nothing is left, so that its pictures are to be encoded again.
        let lost = try catalogue.contents(model).filter { [blocks] in !blocks.contains($0.key) }
        try catalogue.forgetFeatures(of: lost.values, model)
    }

    /// The folders to index where these are asked for: all of the index where none is, and all besides where another
    /// model answers so far, since a model answers only once it has every picture.
    package func folders(_ asked: [String]) throws -> [String] {
        let (paths, roots) = (asked.map(Self.path), try catalogue.roots())
        if paths.isEmpty { return roots }
        let isAnother = try catalogue.answeringModel().map { $0.identity != model.identity } ?? false
        return isAnother ? roots + paths.filter { !roots.contains($0) } : paths
    }

    /// Indexes a folder of pictures.
    /// - Parameters:
    ///   - progress: Told several times a second.
    ///   - isCancelled: Asked as often; pictures in hand are finished then, and `CancellationError` is thrown.
    package func run(
        _ folder: String, progress: (Progress) -> Void = { _ in }, isCancelled: () -> Bool = { false }
    ) throws -> Summary {
        if isCancelled() { throw CancellationError() }
        let path = Self.path(folder)
        let rules = try IgnoreRules(root: path)
        let list = try PictureList.folder(path)
        let entries = list.splits.flatMap(\.entries).filter { shard?.holds($0.name) ?? true }
        let root = try catalogue.root(path)
        if shard != nil { try catalogue.setListing(nil, root) }
        let known = try catalogue.files(root, model)
        var summary = Summary()
        var tasks: [PictureTask] = []
        var problems: [(name: String, reason: String)] = []
        var gone = Set(known.keys)
        for entry in entries {
            switch entry {
            case .picture(let text, let path):
                let name = PictureName(text)
                guard !rules.ignores(text) else { continue }
                summary.pictures += 1
                gone.remove(name)
                if let file = known[name], file.hasFeatures, file.stamp == (try? FileStamp(path: path)) { continue }
                tasks.append(PictureTask(name: name, path: path))
            case .problem(let name, let reason):
                summary.pictures += 1
                gone.remove(PictureName(name))
                problems.append((name, reason))
            }
        }
        summary.failed = problems.count
        try catalogue.note(problems: problems, root)
        try work(off: tasks, root, known, &summary, progress, isCancelled)
        summary.removed = gone.count
        try catalogue.forget(Array(gone), root)
        if shard != nil { try catalogue.setListing(list.digest(), root) }
        return summary
    }

    /// Makes the vectors of pictures that have features and no vector: a run that was killed may have left some out, and
    /// another checkpoint has none yet.
    /// - Parameters:
    ///   - progress: Told how many are made, of how many.
    ///   - isCancelled: Asked as often; what was made stays, and `CancellationError` is thrown.
    package func catchUp(
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }, isCancelled: () -> Bool = { false }
    ) throws {
        try vectors.catchUp(with: catalogue.contents(model), progress: progress, isCancelled: isCancelled)
    }

    /// Lets searches be answered by the model, looks at what nobody has looked at, and clears away what nothing needs any more.
    /// - Parameters:
    ///   - progress: How many pictures were looked at, and how many there are.
    ///   - isCancelled: Asked meanwhile; `CancellationError` is thrown then, and the same call goes on.
    package func finish(
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }, isCancelled: () -> Bool = { false }
    ) throws {
        try catchUp()
        try catalogue.answer(by: model)
        try catalogue.addLooks(progress: progress, isCancelled: isCancelled)
        try blocks.compact(keeping: Set(catalogue.contents(model).keys))
        if vectors.store.deletedShare > 0.25 { try vectors.store.compact() }
        try catalogue.removeOthers(than: model)
        try catalogue.removeThumbnailsOfNothing()
    }

    private func work(
        off tasks: [PictureTask], _ root: Int64, _ files: [PictureName: KnownFile], _ summary: inout Summary,
        _ progress: (Progress) -> Void,
        _ isCancelled: () -> Bool
    ) throws {
        let work = try ExtractionWork(
            tasks, known: Set(catalogue.contents(model).keys), limit: Self.picturesPerBlock)
        defer { work.finish() }
        let decoder = PictureDecoder()
        let encoder = encoder
        work.start(
            workers,
            PictureWorker(
                encoder: encoder,
                decode: { path in
                    var picture = try decoder.decode(path: path, shrinkingTo: encoder.smallestUsefulSize)
                    try picture.expectContent()
                    picture.facts.look = PictureLook(picture)
                    return picture
                }, layout: layout, batchSize: 4))
        let unchanged = summary.pictures - tasks.count
        var (done, pending) = (unchanged, [PictureOutcome]())
        var wasCancelled = false
        progress(Progress(done: done, unchanged: unchanged, total: summary.pictures))
        while let outcomes = work.takeOutcomes(waiting: 0.1) {
            for outcome in outcomes {
                switch outcome.result {
                case .computed: summary.new += 1
                // A file that was merely read again is nothing to tell of.
                case .known where files[outcome.task.name]?.digest == outcome.digest: break
                case .known: summary.known += 1
                case .failed: summary.failed += 1
                }
                pending.append(outcome)
                if pending.count == Self.picturesPerBlock { try write(&pending, root) }
            }
            done += outcomes.count
            if !outcomes.isEmpty { progress(Progress(done: done, unchanged: unchanged, total: summary.pictures)) }
            if !wasCancelled, isCancelled() {
                wasCancelled = true
                work.stop()
            }
        }
        try write(&pending, root)
        if wasCancelled { throw CancellationError() }
    }

    /// Features first: a content that the catalogue says has some does.
    private func write(_ pending: inout [PictureOutcome], _ root: Int64) throws {
        var records: [(digest: ContentDigest, bytes: [UInt8])] = []
        for outcome in pending {
            if case .computed(let bytes) = outcome.result, let digest = outcome.digest {
                records.append((digest, bytes))
            }
        }
        try blocks.append(records)
        let numbers = try catalogue.note(pending, root, model)
        try vectors.append(records.compactMap { record in numbers[record.digest].map { (record.digest, $0) } })
        pending = []
    }

    /// A folder's path as it is written down: the same however it was reached.
    package static func path(_ folder: String) -> String {
        URL(fileURLWithPath: folder).resolvingSymlinksInPath().standardizedFileURL.path
    }
}

extension Picture {
    /// Refuses a picture of one colour: the stub of a file that lies elsewhere, or a lens cap. Every sentence would find it.
    fileprivate func expectContent() throws(PictureFailure) {
        let isPlain = [0, 1, 2].allSatisfy { (channel: Int) in
            var (least, most) = (UInt8.max, UInt8.min)
            for place in stride(from: channel, to: pixels.count, by: 3) {
                least = min(least, pixels[place])
                most = max(most, pixels[place])
                if most - least > 8 { return false }
            }
            return true
        }
        guard !isPlain else { throw PictureFailure(reason: "a picture of one colour, with nothing to find in it") }
    }
}
