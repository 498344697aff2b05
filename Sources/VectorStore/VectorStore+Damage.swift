package import AsCLBase
import Foundation

extension VectorStore {
    /// What a store that was opened by `readingWhole` leaves out, a line each: the file and the place in it.
    package var damage: [String] { state.withLock { $0.damage?.lines ?? [] } }

    /// Holds every byte to its digest, and goes on without the segments in which one is not as it was written. Nothing is
    /// changed on the disk.
    package func leaveOutDamage() throws(InputError) {
        let now = state.withLock { $0 }
        guard now.damage == nil else { return }
        var damaged: [Int: String] = [:]
        for (number, segment) in zip(now.manifest.segments, now.segments) {
            do throws(InputError) {
                for block in segment.blocks.indices { try segment.verify(block) }
            } catch { damaged[number] = error.damageLine }
        }
        guard !damaged.isEmpty else { return }
        let rest = try StoreState(whole: folder, now.manifest, known: damaged)
        state.withLock { state in
            // What was read anew meanwhile is another store.
            if state.manifest == now.manifest { state = rest }
        }
    }

    /// Holds every byte of a folder to its digest, and takes the files out that are not as they were written, the marks of
    /// deleted rows with them: whoever fills the store puts in again what is missing then, and deletes what is too much.
    /// - Returns: What was damaged, a line each; nothing where there is no store.
    package static func removeDamage(folder: String, dimension: Int, fingerprint: String) throws -> [String] {
        guard Folder.isFolder(folder) == true else { return [] }
        let lock = try StoreWriter.lock(folder)
        defer { lock.release() }
        var manifest: StoreManifest
        do throws(InputError) {
            guard let read = try StoreManifest.read(folder) else { return [] }
            manifest = read
        } catch {
            guard error.systemCode == nil, error.place != "format" else { throw error }
            var empty = StoreManifest(dimension: dimension, fingerprint: fingerprint)
            // None that was there before: neither its marks nor what a reader knows of it are of the new rows.
            empty.generation = Int(Date().timeIntervalSince1970)
            try empty.write(folder)
            try StoreWriter.removeUnlisted(folder, empty)
            return [error.damageLine]
        }
        try manifest.expect(dimension: dimension, fingerprint: fingerprint, folder: folder)
        var lines: [String] = []
        func isWhole(_ body: () throws(InputError) -> Void) throws(InputError) -> Bool {
            do throws(InputError) {
                try body()
                return true
            } catch {
                guard error.systemCode == nil || error.systemCode == ENOENT else { throw error }
                lines.append(error.damageLine)
                return false
            }
        }
        var whole: [Int] = []
        for number in manifest.segments {
            let isLast = number == manifest.segments.last
            let stays = try isWhole { () throws(InputError) in
                var segment = try Segment(path: Segment.path(folder, number), dimension: dimension, firstRow: 0)
                try segment.extend(isOpen: isLast, isThorough: true) { _, _ in }
            }
            if stays { whole.append(number) }
        }
        let generation = manifest.generation
        _ = try isWhole { () throws(InputError) in _ = try DeletionMarks.read(folder, generation: generation) }
        guard !lines.isEmpty else { return [] }
        manifest.segments = whole
        // The marks are by the rows' numbers.
        manifest.generation += 1
        try manifest.write(folder)
        try StoreWriter.removeUnlisted(folder, manifest)
        return lines
    }
}

extension InputError {
    /// What is damaged, without what a person may do about it.
    var damageLine: String {
        "\(path ?? ""): \(place.map { "\($0): " } ?? "")damaged: expected \(expected)"
    }
}
