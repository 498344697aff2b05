import AsCLBase
import Foundation

/// One file from an HTTP server, continued where an earlier download ended, checked before it appears.
struct Download {
    let request: WebRequest
    let path: String
    let checksum: Checksum
    let patience: DownloadPatience
    let progress: @Sendable (_ done: Int, _ total: Int?) -> Void

    /// Blocks until the file is there.
    func run() throws(InputError) {
        guard let partial = try PartialDownload.open(for: path) else { return }
        do throws(InputError) {
            try request.run(into: partial, patience: patience, progress: progress)
        } catch {
            if try partial.size() == 0 { partial.remove() }
            throw error
        }
        do throws(InputError) {
            try checksum.check(partial, from: request.address, path: path)
        } catch {
            partial.remove()
            throw error
        }
        try partial.finish()
    }
}
