package import AsCLBase
import FeatureExtraction
import Foundation
package import ImageEncoding

/// Brings an index up to date with folders of pictures: what is new, changed, moved or gone, and nothing else.
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

    private let writer: any IndexWriter
    private let encoder: any PictureEncoder
    private let workers: Int
    /// What was put right of the vectors' files on opening, a line each.
    package var repairs: [String] { writer.repairs }

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
        self.init(
            try FolderWriter(
                catalogue, by: CatalogueModel(encoder, description), checkpoint: checkpoint, shard: shard,
                checks: checks),
            encoder: encoder, workers: workers)
    }

    /// Indexes to whatever home the writer has taken hold of.
    package init(_ writer: any IndexWriter, encoder: any PictureEncoder, workers: Int) {
        (self.writer, self.encoder, self.workers) = (writer, encoder, workers)
    }

    /// The folders to index where these are asked for: all of the index where none is, and all besides where another
    /// model answers so far, since a model answers only once it has every picture.
    package func folders(_ asked: [String]) throws -> [String] {
        let (paths, roots) = (asked.map(Self.path), try writer.roots())
        if paths.isEmpty { return roots }
        return try writer.isAnsweredByAnother() ? roots + paths.filter { !roots.contains($0) } : paths
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
        let (shard, known) = (writer.shard, try writer.files(in: path))
        let entries = list.splits.flatMap(\.entries).filter { shard?.holds($0.name) ?? true }
        if shard != nil { try writer.setListing(nil, in: path) }
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
        try writer.note(problems: problems, in: path)
        try work(off: tasks, path, known, &summary, progress, isCancelled)
        summary.removed = gone.count
        try writer.forget(Array(gone), in: path)
        if shard != nil { try writer.setListing(list.digest(), in: path) }
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
        try writer.catchUp(progress: progress, isCancelled: isCancelled)
    }

    /// Lets searches be answered by the model, looks at what nobody has looked at, and clears away what nothing needs any more.
    /// - Parameters:
    ///   - progress: How many pictures were looked at, and how many there are.
    ///   - isCancelled: Asked meanwhile; `CancellationError` is thrown then, and the same call goes on.
    package func finish(
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }, isCancelled: () -> Bool = { false }
    ) throws {
        try writer.finish(progress: progress, isCancelled: isCancelled)
    }

    private func work(
        off tasks: [PictureTask], _ root: String, _ files: [PictureName: KnownFile], _ summary: inout Summary,
        _ progress: (Progress) -> Void,
        _ isCancelled: () -> Bool
    ) throws {
        let work = try ExtractionWork(tasks, known: writer.contents(), limit: Self.picturesPerBlock)
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
                }, layout: RecordLayout(shape: encoder.shape, elementType: .float16), batchSize: 4))
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

    private func write(_ pending: inout [PictureOutcome], _ root: String) throws {
        try writer.write(pending, in: root)
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
