import ArrayFiles
package import AsCLBase
package import Foundation

/// Finished pictures by their digests, in `NNNNNN.block` files that are never changed once written. Names and places of
/// pictures do not matter here: a picture that moved, or lies in two places, is the same one.
package final class BlockStore {
    private struct Place {
        let block: Int
        let row: Int
    }

    private let folder: String
    private let recordSize: Int
    private let picturesPerBlock: Int
    private let write: (Data, String) throws -> Void
    private var places: [ContentDigest: Place] = [:]
    private var sizes: [Int: Int] = [:]
    private var opened: (number: Int, file: BlockFile)?

    /// Opens the blocks of a folder and removes those that are not whole; their pictures are then not there.
    package init(
        folder: String, recordSize: Int, picturesPerBlock: Int, write: @escaping (Data, String) throws -> Void
    ) throws {
        self.folder = folder
        self.recordSize = recordSize
        self.picturesPerBlock = picturesPerBlock
        self.write = write
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
            if name.hasSuffix(".partial") { try remove(folder + "/" + name) }
            guard name.hasSuffix(".block"), let number = Int(name.dropLast(6)) else { continue }
            guard let file = try BlockFile(path: path(number), recordSize: recordSize) else {
                try remove(path(number))
                continue
            }
            note(file.digests, block: number)
        }
    }

    /// Every picture that is here.
    package var digests: Set<ContentDigest> { Set(places.keys) }

    /// Whether a picture is here.
    package func contains(_ digest: ContentDigest) -> Bool { places[digest] != nil }

    /// Writes a block; it is on the disk when this returns.
    package func append(_ records: [(digest: ContentDigest, bytes: [UInt8])]) throws {
        guard !records.isEmpty else { return }
        let number = (sizes.keys.max() ?? 0) + 1
        try write(BlockFile.encoded(records, recordSize: recordSize), path(number))
        note(records.map(\.digest), block: number)
    }

    /// The record of a picture that is here. Neighbours mostly share a block, which stays open.
    package func withRecord<Result>(
        of digest: ContentDigest, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        guard let place = places[digest] else { throw missing(digest.hexadecimal) }
        if let opened, opened.number == place.block { return try opened.file.withRecord(place.row, body) }
        guard let file = try BlockFile(path: path(place.block), recordSize: recordSize) else {
            throw missing(path(place.block))
        }
        opened = (place.block, file)
        return try file.withRecord(place.row, body)
    }

    /// Removes the blocks of which nothing is needed, and writes those anew of which less than half is.
    package func compact(keeping live: Set<ContentDigest>) throws {
        let liveOfBlock = Dictionary(grouping: places.filter { live.contains($0.key) }, by: \.value.block)
        let liveCount = { (block: Int) in liveOfBlock[block]?.count ?? 0 }
        let sparse = sizes.keys.filter { 2 * liveCount($0) < picturesPerBlock }.sorted()
        // A single block that is merely not full yet stays as it is.
        guard sparse.count > 1 || sparse.contains(where: { sizes[$0] != liveCount($0) }) else { return }
        var records: [(digest: ContentDigest, bytes: [UInt8])] = []
        for (digest, _) in sparse.flatMap({ (liveOfBlock[$0] ?? []).sorted { $0.value.row < $1.value.row } }) {
            records.append((digest, try withRecord(of: digest) { Array($0) }))
            if records.count == picturesPerBlock {
                try append(records)
                records = []
            }
        }
        try append(records)
        opened = nil
        for block in sparse {
            sizes[block] = nil
            try remove(path(block))
        }
        places = places.filter { sizes[$0.value.block] != nil }
    }

    private func note(_ digests: [ContentDigest], block: Int) {
        sizes[block] = digests.count
        for (row, digest) in digests.enumerated() { places[digest] = Place(block: block, row: row) }
    }

    private func path(_ number: Int) -> String { BlockFile.path(number, in: folder) }

    private func remove(_ path: String) throws {
        guard unlink(path) == 0 else {
            throw InputError.system(path, place: "removing", expected: "a file that can be removed")
        }
    }

    private func missing(_ what: String) -> InputError {
        InputError(
            path: folder, place: what, expected: "what was there when the run began", found: "nothing")
    }
}
