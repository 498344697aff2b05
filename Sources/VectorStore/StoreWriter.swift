import AsCLBase
import Foundation

/// The one writer's side of a store: the folder's lock, and the segment that is being filled.
final class StoreWriter: @unchecked Sendable {
    // Sendable, as the store lets one thread at a time have it.
    private let lock: FolderLock
    private var segment: SegmentWriter?
    /// Whether a compaction failed where the files may be the new ones already, of which this writer knows nothing.
    var isLost = false

    /// Takes hold of a folder, which is made when it is missing.
    static func lock(_ folder: String) throws(InputError) -> FolderLock {
        guard let lock = try FolderLock(folder, isWaiting: false) else {
            throw InputError(
                path: folder, place: "lock", expected: "no other program that writes to the store",
                found: "one; wait until it is through, or open the store for reading")
        }
        return lock
    }

    /// Goes on with a store that was read: cuts an unfinished append off, and removes files that no manifest lists.
    init(
        _ lock: FolderLock, _ folder: String, _ state: StoreState, settings: WriterSettings, repairs: inout [String]
    ) throws {
        self.lock = lock
        if let last = state.segments.last {
            var cut = 0
            segment = try SegmentWriter(continuing: last, cut: &cut, settings: settings)
            if cut > 0 {
                repairs.append(
                    "\(last.path): the last \(cut) bytes were cut off: an append that did not finish, after block "
                        + "\(last.blocks.count)")
            }
        }
        try Self.removeUnlisted(folder, state.manifest)
    }

    /// Removes what a crash, or a compaction, left of segments and marks; other files are left alone. Marks go last: a reader
    /// that finds them gone does not find the segments either that they were of, and begins anew.
    static func removeUnlisted(_ folder: String, _ manifest: StoreManifest) throws {
        let own = /\d+\.vectors|deleted\.\d+|\.(store\.json|\d+\.vectors|deleted\.\d+)\.\w+\.partial/
        let listed = Set(
            manifest.segments.map { Segment.path(folder, $0) } + [DeletionMarks.path(folder, manifest.generation)])
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
            let path = "\(folder)/\(name)"
            guard name.wholeMatch(of: own) != nil, !listed.contains(path), unlink(path) != 0 else { continue }
            throw InputError.system(path, place: "removing", expected: "a file that can be removed")
        }
    }

    /// Writes rows behind the last ones, in as many blocks and segments as they need. They are on the disk when this returns.
    /// - Parameters:
    ///   - halves: Gives the float16 of a range of the rows.
    ///   - manifest: Gets the segments that are begun.
    func append(
        ids: [Int64], halves: (Range<Int>) throws -> [UInt16], folder: String, manifest: inout StoreManifest,
        settings: WriterSettings
    ) throws {
        let most = BlockLayout.mostRows(dimension: manifest.dimension)
        for start in stride(from: 0, to: ids.count, by: most) {
            if let full = segment, full.isFull {
                try full.finish()
                segment = nil
            }
            let current = try segment ?? begin(folder, &manifest, settings)
            segment = current
            do {
                let rows = start..<min(ids.count, start + most)
                try current.write(halves: halves(rows)[...], ids: ids[rows])
            } catch {
                try current.abandon()
                throw error
            }
        }
        do { try segment?.finish() } catch {
            try segment?.abandon()
            throw error
        }
    }

    private func begin(
        _ folder: String, _ manifest: inout StoreManifest, _ settings: WriterSettings
    ) throws -> SegmentWriter {
        let number = (manifest.segments.max() ?? 0) + 1
        let begun = try SegmentWriter(
            creating: Segment.path(folder, number), dimension: manifest.dimension, settings: settings)
        try settings.reached(.segmentCreated)
        var longer = manifest
        longer.segments.append(number)
        try longer.write(folder)
        manifest = longer
        try settings.reached(.segmentListed)
        return begun
    }

    /// Goes on with the last segment of a compacted store.
    func resume(_ state: StoreState, settings: WriterSettings) throws {
        var cut = 0
        segment = try state.segments.last.map { try SegmentWriter(continuing: $0, cut: &cut, settings: settings) }
    }
}
