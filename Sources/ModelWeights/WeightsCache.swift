package import AsCLBase
import Foundation

/// The folder where fetched weights are kept, each under its upstream's file name.
package struct WeightsCache: Sendable {
    /// The folder; fetching makes it.
    package let folder: String

    /// A folder of one's own.
    package init(folder: String) {
        self.folder = folder
    }

    /// `$ASCL_CACHE`, else `$XDG_CACHE_HOME/ascl/weights`, else `~/.cache/ascl/weights`.
    package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        if let own = environment["ASCL_CACHE"], !own.isEmpty {
            folder = own
        } else if let caches = environment["XDG_CACHE_HOME"], caches.hasPrefix("/") {
            folder = caches + "/ascl/weights"
        } else {
            folder = (environment["HOME"] ?? NSHomeDirectory()) + "/.cache/ascl/weights"
        }
    }

    /// Where the weights are, or will be.
    package func path(of entry: PublishedWeights) -> String { folder + "/" + entry.fileName }

    /// Whether they were fetched: a file appears under its name only after its hash was found right.
    package func isThere(_ entry: PublishedWeights) -> Bool { FileManager.default.fileExists(atPath: path(of: entry)) }

    /// The SHA-256 that fetched weights had for which none is published; nil for others.
    package func firstSum(of entry: PublishedWeights) -> String? { Checksum.firstSum(of: path(of: entry)) }

    /// Bytes of an unfinished download that the next `fetch` continues.
    package func unfinishedByteCount(_ entry: PublishedWeights) -> Int {
        PartialDownload.unfinishedByteCount(of: path(of: entry))
    }

    /// Downloads the weights where they are not there yet; waits where another process is just doing that.
    ///
    /// Blocks the calling thread. An unfinished download stays beside as `NAME.partial` and is continued by the next.
    ///
    /// - Parameters:
    ///   - catalogue: Knows the address.
    ///   - patience: How long to wait and how often to try.
    ///   - progress: Called with the bytes that are there, and with all where that is known, on a thread of its own.
    /// - Returns: The file's path.
    package func fetch(
        _ entry: PublishedWeights, from catalogue: WeightsCatalogue, patience: DownloadPatience = .init(),
        progress: @escaping @Sendable (_ done: Int, _ total: Int?) -> Void = { _, _ in }
    ) throws(InputError) -> String {
        let path = path(of: entry)
        if isThere(entry) { return path }
        let address = try catalogue.address(of: entry)
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw InputError(
                path: folder, place: "cache", expected: "a folder, or room to make it",
                found: error.localizedDescription)
        }
        try Download(
            request: WebRequest(address: address), path: path, checksum: entry.sha256.map(Checksum.sha256) ?? .firstUse,
            patience: patience, progress: progress
        ).run()
        return path
    }
}
