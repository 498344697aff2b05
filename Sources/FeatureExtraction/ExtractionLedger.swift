import AsCLBase
import RetrievalData

/// What is known of every picture of a run.
struct ExtractionLedger {
    private let splits: [PictureList.Split]
    private var pictures: [PictureName: PictureIndex.Picture] = [:]
    private var failures: [PictureName: PictureFailure] = [:]
    /// Why a content has no features: true of every picture that has it.
    private var failuresOfContent: [ContentDigest: PictureFailure] = [:]
    /// Pictures whose content has to be looked at.
    private(set) var tasks: [PictureTask] = []

    /// Compares the list with what an earlier run saw: pictures whose file is as it was, and whose features are in the
    /// store, need no work. Those that failed are tried again.
    init(_ splits: [PictureList.Split], index: PictureIndex, stored: Set<ContentDigest>) {
        self.splits = splits
        for case .picture(let text, let path) in splits.flatMap(\.entries) {
            let name = PictureName(text)
            // Kept even where the file is gone for the moment, so that its features are not thrown away.
            pictures[name] = index.pictures[name]
            do throws(PictureFailure) {
                let stamp = try FileStamp(path: path)
                if let known = pictures[name], known.stamp == stamp, stored.contains(known.digest) { continue }
                tasks.append(PictureTask(name: name, path: path))
            } catch {
                failures[name] = error
            }
        }
    }

    /// Entries that failed before any work.
    var unusableCount: Int {
        failures.count
            + splits.flatMap(\.entries).count { entry in if case .problem = entry { true } else { false } }
    }

    /// Takes down what became of a task.
    mutating func note(_ outcome: PictureOutcome) {
        if case .failed(let failure) = outcome.result {
            failures[outcome.task.name] = failure
            if let digest = outcome.digest { failuresOfContent[digest] = failure }
        }
        if let digest = outcome.digest, let stamp = outcome.stamp {
            // A fresh file may yet change within the same stamp: it is read again next time.
            let kept = stamp.isTooFresh ? FileStamp(size: stamp.size, modified: -1) : stamp
            pictures[outcome.task.name] = PictureIndex.Picture(stamp: kept, digest: digest)
        }
    }

    /// What to remember for the next run: the list's pictures, and while the run is not through those of `earlier`.
    func index(merging earlier: PictureIndex) -> PictureIndex {
        var index = earlier
        index.pictures.merge(pictures) { $1 }
        return index
    }

    /// The same for a run that is through.
    func index(assembled: ContentDigest) -> PictureIndex {
        var index = PictureIndex()
        index.pictures = pictures
        index.assembled = assembled
        return index
    }

    /// Contents that the list's pictures have, those that failed for the moment among them.
    var digests: Set<ContentDigest> { Set(pictures.values.map(\.digest)) }

    /// How many of `earlier`'s pictures with features are not on the list any more.
    func removedCount(since earlier: PictureIndex, stored: Set<ContentDigest>) -> Int {
        earlier.pictures.count { pictures[$0.key] == nil && stored.contains($0.value.digest) }
    }

    /// The rows of each split's files, in the list's order, and all that has none, by name.
    func contents(stored: Set<ContentDigest>) -> FeatureContents {
        var rowsOfSplit: [String: [FeatureContents.Row]] = [:]
        var problems: [(name: String, reason: String)] = []
        for split in splits {
            var rows: [FeatureContents.Row] = []
            for entry in split.entries {
                switch entry {
                case .problem(let name, let reason): problems.append((name, reason))
                case .picture(let text, _):
                    let name = PictureName(text)
                    let digest = pictures[name]?.digest
                    if failures[name] == nil, let digest, stored.contains(digest) {
                        rows.append((text, digest))
                    } else {
                        let failure = failures[name] ?? digest.flatMap { failuresOfContent[$0] }
                        problems.append(
                            (EscapedText.escape(text.utf8), failure?.reason ?? "its content failed under another name"))
                    }
                }
            }
            rowsOfSplit[split.name] = rows
        }
        return FeatureContents(rows: rowsOfSplit, failures: FailureTable(problems))
    }
}
