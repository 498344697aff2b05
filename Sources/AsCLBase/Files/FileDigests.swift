import Foundation

/// SHA-256 of whole files. With a cache, a file is read again only when its size, its times or its place on the disk have
/// changed since: features of a hundred gigabytes are then known in no time.
package struct FileDigests {
    /// What tells without reading a file that it is as it was.
    private struct Stamp: Codable, Equatable {
        let size: Int64
        let inode: UInt64
        /// Nanoseconds since 1970 when the content, and when anything of the file, was last written. The second no
        /// program can set back.
        let modified: Int64
        let changed: Int64

        init(_ status: stat) {
            size = Int64(status.st_size)
            inode = UInt64(status.st_ino)
            #if canImport(Darwin)
            let (written, altered) = (status.st_mtimespec, status.st_ctimespec)
            #else
            let (written, altered) = (status.st_mtim, status.st_ctim)
            #endif
            modified = Int64(written.tv_sec) * 1_000_000_000 + Int64(written.tv_nsec)
            changed = Int64(altered.tv_sec) * 1_000_000_000 + Int64(altered.tv_nsec)
        }

        /// Whether another write could still leave the same stamp: file systems count time in steps of up to two seconds.
        func isTooFresh(at now: Date) -> Bool { max(modified, changed) > Int64((now.timeIntervalSince1970 - 2) * 1e9) }
    }

    private struct Entry: Codable {
        let stamp: Stamp
        let digest: String
    }

    private let cache: String?
    private var known: [String: Entry]
    /// The time, which tests set.
    var now: () -> Date = { .now }

    /// - Parameter cache: A JSON file that keeps what was found; one that is missing or unreadable is begun anew.
    package init(cache: String? = nil) {
        self.cache = cache
        known =
            cache.flatMap { FileManager.default.contents(atPath: $0) }
            .flatMap { try? JSONDecoder().decode([String: Entry].self, from: $0) } ?? [:]
    }

    /// Those of pretrained models' files, which are large and stay as they are: kept in the user's cache.
    package static var ofModels: FileDigests { FileDigests(cache: UserCache.folder() + "/model-digests.json") }

    /// The digest of a file's bytes, in 64 hexadecimal digits.
    package mutating func digest(ofFile path: String) throws(InputError) -> String {
        let place = URL(fileURLWithPath: path).standardizedFileURL.path
        var status = stat()
        guard stat(place, &status) == 0 else { throw .system(path, place: "opening", expected: "a readable file") }
        let stamp = Stamp(status)
        if let entry = known[place], entry.stamp == stamp { return entry.digest }
        let entry = Entry(stamp: stamp, digest: try ContentDigest(ofFile: path).hexadecimal)
        if let cache, !stamp.isTooFresh(at: now()) {
            known[place] = entry
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            // A file that does not fit JSON cannot be: names are text.
            if let data = try? encoder.encode(known) { try AtomicFile.write(data, to: cache) }
        }
        return entry.digest
    }
}
