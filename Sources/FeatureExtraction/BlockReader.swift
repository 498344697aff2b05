package import AsCLBase
import Foundation
import Synchronization

/// Finished pictures' records in the blocks of a `BlockStore`, for whoever reads while another writes: it sees blocks come
/// and go, and changes nothing. May be used from several threads.
package final class BlockReader: Sendable {
    private struct Blocks {
        var files: [Int: BlockFile] = [:]
        var places: [ContentDigest: (block: Int, row: Int)] = [:]
    }

    private let folder: String
    private let recordSize: Int
    private let blocks = Mutex(Blocks())

    /// Opens the blocks of a folder, which need not be there yet.
    package init(folder: String, recordSize: Int) throws {
        self.folder = folder
        self.recordSize = recordSize
        try blocks.withLock { try look(&$0) }
    }

    /// The records of some pictures, nil for those that have none. Blocks that came since are looked for where one is
    /// missing.
    package func records(of digests: [ContentDigest]) throws -> [PictureRecord?] {
        try blocks.withLock { blocks in
            if digests.contains(where: { blocks.places[$0] == nil }) { try look(&blocks) }
            return digests.map { digest in
                guard let place = blocks.places[digest], let file = blocks.files[place.block] else { return nil }
                return PictureRecord(file, row: place.row)
            }
        }
    }

    /// Opens anew what is in the folder now: a block that was removed may have given its number to another.
    package func refresh() throws {
        try blocks.withLock { blocks in
            blocks = Blocks()
            try look(&blocks)
        }
    }

    /// The file that has a picture's record; nil where none has.
    package func file(of digest: ContentDigest) -> String? {
        blocks.withLock { $0.places[digest].map { BlockFile.path($0.block, in: folder) } }
    }

    /// Takes in what is in the folder now. A block that is not whole is none: its writer will see to it.
    private func look(_ blocks: inout Blocks) throws {
        let names =
            FileManager.default.fileExists(atPath: folder)
            ? try FileManager.default.contentsOfDirectory(atPath: folder) : []
        let numbers = Set(names.compactMap { $0.hasSuffix(".block") ? Int($0.dropLast(6)) : nil })
        let gone = blocks.files.keys.filter { !numbers.contains($0) }
        if !gone.isEmpty {
            for number in gone { blocks.files[number] = nil }
            blocks.places = blocks.places.filter { blocks.files[$0.value.block] != nil }
        }
        for number in numbers.subtracting(blocks.files.keys).sorted() {
            guard let file = try open(number) else { continue }
            blocks.files[number] = file
            for (row, digest) in file.digests.enumerated() { blocks.places[digest] = (number, row) }
        }
    }

    /// A block; nil where it is not whole, or went between being listed and being opened.
    private func open(_ number: Int) throws -> BlockFile? {
        do {
            return try BlockFile(path: BlockFile.path(number, in: folder), recordSize: recordSize)
        } catch let error as InputError {
            guard error.systemCode == ENOENT else { throw error }
            return nil
        }
    }
}
