import AsCLBase
import FeatureExtraction
import Foundation
import VectorStore

/// Joins the indexes that several machines made of the shards of the same folders into one that answers as if one machine
/// had made it. Nothing is computed anew, and no model is needed.
package struct CatalogueMerge {
    private let parts: [CataloguePart]
    /// What has to be told, a line each.
    package let notices: [String]

    /// Pictures whose features are written at once.
    private static let picturesPerBlock = 128

    /// Opens the shards and holds them to each other; nobody changes them from then on.
    /// - Parameter folders: All shards of one index, each once, in any order.
    /// - Throws: `InputError` where they do not belong together, or one has not come to its end.
    package init(_ folders: [String]) throws {
        var paths = Set<String>()
        if let twice = folders.first(where: { !paths.insert(Indexing.path($0)).inserted }) {
            throw InputError(
                path: twice, place: "indexes", expected: "every shard once", found: "the same folder twice")
        }
        let parts = try folders.map { try CataloguePart($0) }.sorted { $0.shard.index < $1.shard.index }
        guard let first = parts.first else {
            throw InputError(path: "merge", place: "indexes", expected: "one a shard", found: "none")
        }
        for part in parts.dropFirst() { try part.expectLike(first) }
        for (one, next) in zip(parts, parts.dropFirst()) where one.shard == next.shard {
            throw InputError(
                path: next.folder, place: "shard", expected: "every shard once",
                found: "\(next.shard), as \(one.folder) is")
        }
        let missing = Set(1...first.shard.count).subtracting(parts.map(\.shard.index)).sorted()
        guard missing.isEmpty else {
            throw InputError(
                path: "merge", place: "indexes", expected: "\(first.shard.count), one a shard",
                found: "\(parts.count), without "
                    + missing.map { "\($0)/\(first.shard.count)" }.joined(separator: ", "))
        }
        self.parts = parts
        notices =
            parts.allSatisfy { $0.listings == first.listings }
            ? []
            : [
                "the folders changed between the shards' runs: run them again, and what came meanwhile is in all of them"
            ]
    }

    /// Writes the whole index into a folder, which appears complete or not at all.
    /// - Parameters:
    ///   - progress: Told how many pictures are there, of how many.
    ///   - isCancelled: Asked as often; `CancellationError` is thrown then, and nothing is left.
    /// - Returns: What there is to tell of it.
    /// - Throws: `InputError` where something is in the folder already, or the disk has no room.
    package func write(
        to folder: String, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in },
        isCancelled: () -> Bool = { false }
    ) throws -> Catalogue.Numbers {
        try Self.expectNothing(in: folder)
        try Folder.expectRoom(for: parts.reduce(0) { try $0 + $1.byteCount }, in: folder)
        let place = try PartialFolder(folder)
        let numbers = try fill(place.partial) { done, total in
            progress(done, total)
            if isCancelled() { throw CancellationError() }
        }
        try place.finish()
        return numbers
    }

    /// Throws where a folder cannot become a merged index: to know before long work.
    package static func expectNothing(in folder: String) throws {
        try Folder.expectPlace(for: folder)
        guard let first = try? FileManager.default.contentsOfDirectory(atPath: folder).min() else { return }
        throw InputError(
            path: folder, place: "index", expected: "no such folder yet, or an empty one",
            found: "one with \(first): name another by --index")
    }

    /// The database is closed when this returns, and may move.
    private func fill(_ folder: String, _ progress: (Int, Int) throws -> Void) throws -> Catalogue.Numbers {
        let catalogue = try Catalogue(folder: folder, isNew: true)
        let model = try catalogue.model(like: parts[0].model)
        let numbers = try catalogue.copyRows(of: parts, as: model)
        let blocks = try catalogue.blocks(of: model, recordSize: model.layout.byteCount)
        let vectors = try catalogue.vectors(of: model, mode: .writing)
        let captions =
            try parts.contains { try $0.captionVectors() != nil }
            ? try catalogue.captionVectors(of: model, mode: .writing) : nil
        let total = try parts.reduce(0) { try $0 + $1.contents().count }
        var done = 0
        for (part, numbers) in zip(parts, numbers) {
            let contents = try part.contents()
            // What lies in two shards' files is there once.
            let new = Set(contents.filter { !blocks.contains($0.key) }.values)
            try copyFeatures(of: contents.filter { new.contains($0.value) }, part, to: blocks) {
                done += $0
                try progress(done, total)
            }
            done += contents.count - new.count
            try vectors.append(from: part.vectors()) {
                new.contains($0) ? numbers.contents[$0] : nil
            } progress: { _ in
                try progress(done, total)
            }
            guard let captions, let own = try part.captionVectors() else { continue }
            let there = captions.ids
            try captions.append(from: own) { id in
                numbers.captions[id].flatMap { there.contains($0) ? nil : $0 }
            } progress: { _ in
                try progress(done, total)
            }
        }
        try catalogue.answer(by: model)
        return try catalogue.numbers()
    }

    private func copyFeatures(
        of contents: [ContentDigest: Int64], _ part: CataloguePart, to blocks: BlockStore,
        progress: (Int) throws -> Void
    ) throws {
        let reader = try part.catalogue.features(of: part.model)
        let digests = contents.sorted { $0.value < $1.value }.map(\.key)
        for start in stride(from: 0, to: digests.count, by: Self.picturesPerBlock) {
            let some = Array(digests[start..<min(start + Self.picturesPerBlock, digests.count)])
            let records = try zip(some, reader.records(of: some)).map { digest, record in
                guard let record else {
                    throw part.unfinished("no features of a picture, \(digest.hexadecimal)")
                }
                return (digest, record.withBytes { Array($0) })
            }
            try blocks.append(records)
            try progress(records.count)
        }
    }
}
