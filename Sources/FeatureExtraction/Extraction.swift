import ArrayFiles
import AsCLBase
import Foundation
package import ImageEncoding
import RetrievalData

/// Turns a list of pictures into feature files, going on from what an earlier run into the same folder has done.
///
/// Workers each read, decode and encode batches of their own, while the calling thread writes what they finish in
/// blocks (`.blocks/NNNNNN.block`), which a kill cannot harm. Pictures are known by their content: what moved, was
/// touched or lies there twice is not computed again. When all are through, the files that training and search read
/// are made from the blocks, the same to the byte whatever the number of workers: for each split `_ims.npy`
/// `[pictures, regions, dimension]`, `_globals.npy` `[pictures, dimension]`, `_boxes.npy` `[pictures, regions, 4]`,
/// `_classes.npy` and `_confidences.npy` `[pictures, regions]` where regions have classes, and `_ids.txt`; for all
/// `class_names.txt`, `failed.tsv` (only where pictures failed; those have no rows) and `features.json`.
package struct Extraction: Sendable {
    private let list: PictureList
    private let encoder: any PictureEncoder
    private let decode: @Sendable (_ path: String) throws -> Picture
    private let output: String
    private let settings: ExtractionSettings
    /// Writes a whole file durably; tests let the disk fill up.
    var writeBlock: @Sendable (Data, String) throws -> Void = { data, path in try AtomicFile.write(data, to: path) }

    /// - Parameters:
    ///   - decode: Decodes the picture file at a path, on any thread.
    ///   - output: The folder for the features, made when it is missing.
    package init(
        list: PictureList, encoder: any PictureEncoder, decode: @escaping @Sendable (_ path: String) throws -> Picture,
        output: String, settings: ExtractionSettings = ExtractionSettings()
    ) {
        self.list = list
        self.encoder = encoder
        self.decode = decode
        self.output = output
        self.settings = settings
    }

    /// Does what is to be done. A folder with features of other settings, or one that another run works in, is an
    /// error, and so is a full disk; pictures that fail are not. Whatever ends a run early, what it finished stays.
    /// - Parameters:
    ///   - progress: Called on this thread as pictures are done.
    ///   - isCancelled: Asked on this thread several times a second; once it says so, workers finish the pictures in
    ///     hand, these are kept, and `CancellationError` is thrown.
    package func run(
        progress: (ExtractionProgress) -> Void = { _ in }, isCancelled: () -> Bool = { false }
    ) throws -> ExtractionSummary {
        let start = ContinuousClock.now
        let listDigest = try list.digest()
        let folder = try FeatureFolder(
            path: output,
            manifest: FeatureManifest(encoder: encoder, settings: settings, splits: list.splits.map(\.name)))
        let assembly = FeatureAssembly(
            folder: folder, layout: RecordLayout(shape: encoder.shape, elementType: settings.elementType),
            classNames: encoder.classNames,
            captions: try list.captionsPath.map { try CaptionsCopy(source: $0, output: output) })
        let store = try BlockStore(
            folder: folder.blocks, recordSize: assembly.layout.byteCount, picturesPerBlock: settings.picturesPerBlock,
            write: writeBlock)
        let indexPath = folder.blocks + "/index"
        let earlier = PictureIndex(path: indexPath)
        let stored = store.digests
        let splits = list.splits(of: settings.shard)
        var ledger = ExtractionLedger(splits, index: earlier, stored: stored)
        let total = splits.reduce(0) { $0 + $1.entries.count }

        do {
            try compute(
                &ledger, into: store, layout: assembly.layout, total: total, progress: progress,
                isCancelled: isCancelled)
            let contents = ledger.contents(stored: store.digests)
            let result = contents.result(list: listDigest)
            let digest = contents.digest(list: listDigest)
            if folder.manifest.result != result || earlier.assembled != digest || !assembly.isComplete(contents) {
                try assembly.write(contents, from: store, isCancelled: isCancelled)
            }
            try store.compact(keeping: ledger.digests)
            try ledger.index(assembled: digest).write(to: indexPath)
            if folder.manifest.result != result { try folder.setResult(result) }
            let computed = contents.rows.values.joined().filter { !stored.contains($0.digest) }
            let new = Set(computed.map(\.digest)).count
            return ExtractionSummary(
                total: total, new: new, reused: contents.rowCount - new, failed: contents.failures.lines.count,
                removed: ledger.removedCount(since: earlier, stored: stored),
                seconds: (ContinuousClock.now - start) / .seconds(1))
        } catch {
            // So that the next run need not read again what this one has read; where the disk is full it will.
            try? ledger.index(merging: earlier).write(to: indexPath)
            throw error
        }
    }

    /// Works off the ledger's tasks.
    private func compute(
        _ ledger: inout ExtractionLedger, into store: BlockStore, layout: RecordLayout, total: Int,
        progress: (ExtractionProgress) -> Void, isCancelled: () -> Bool
    ) throws {
        let work = ExtractionWork(ledger.tasks, known: store.digests, limit: settings.picturesPerBlock)
        defer { work.finish() }
        var done = total - ledger.tasks.count
        var failed = ledger.unusableCount
        var records: [(digest: ContentDigest, bytes: [UInt8])] = []
        var wasCancelled = false
        work.start(
            settings.workers,
            PictureWorker(encoder: encoder, decode: decode, layout: layout, batchSize: settings.batchSize))
        progress(ExtractionProgress(done: done, failed: failed, total: total))
        while let outcomes = work.takeOutcomes(waiting: 0.1) {
            for outcome in outcomes {
                ledger.note(outcome)
                if case .failed = outcome.result { failed += 1 }
                guard case .computed(let bytes) = outcome.result, let digest = outcome.digest else { continue }
                records.append((digest, bytes))
                if records.count == settings.picturesPerBlock {
                    try store.append(records)
                    records = []
                }
            }
            done += outcomes.count
            if !outcomes.isEmpty { progress(ExtractionProgress(done: done, failed: failed, total: total)) }
            if !wasCancelled, isCancelled() {
                wasCancelled = true
                work.stop()
            }
        }
        try store.append(records)
        if wasCancelled { throw CancellationError() }
    }
}

extension PictureList {
    /// A shard's stretch of every split; all of it without a shard.
    fileprivate func splits(of shard: Shard?) -> [Split] {
        guard let shard else { return splits }
        return splits.map { Split(name: $0.name, entries: Array($0.entries[shard.range(of: $0.entries.count)])) }
    }
}
