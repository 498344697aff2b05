import AsCLBase
import Foundation
import FoundationNetworking

#if canImport(FoundationNetworking)
#endif

/// One file from an HTTP server, continued where an earlier download ended, checked by its hash before it appears.
///
/// `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` of the environment are honoured: libcurl, which Foundation's
/// `URLSession` rests on here, reads them itself.
struct Download {
    let address: String
    let path: String
    /// The first digits of the SHA-256, or all; nil for no check.
    let sha256: String?
    let patience: DownloadPatience
    let progress: @Sendable (_ done: Int, _ total: Int?) -> Void

    /// Blocks until the file is there.
    func run() throws(InputError) {
        guard let url = URL(string: address), ["http", "https"].contains(url.scheme?.lowercased()), url.host != nil
        else {
            throw InputError(
                path: address, place: "address", expected: "http:// or https:// and a host", found: "another")
        }
        guard let partial = try PartialDownload.open(for: path) else { return }
        do throws(InputError) {
            try fetch(url, into: partial)
        } catch {
            if try partial.size() == 0 { partial.remove() }
            throw error
        }
        let found = try partial.sha256()
        if let expected = sha256?.lowercased(), !found.hasPrefix(expected) {
            partial.remove()
            throw InputError(
                path: address, place: "SHA-256", expected: expected + (expected.count < 64 ? "..." : ""),
                found: "\(found); the file was removed")
        }
        try partial.finish()
    }

    /// Until all bytes are there, taking a dropped connection up again.
    private func fetch(_ url: URL, into partial: PartialDownload) throws(InputError) {
        for attempt in 0... {
            let dropped: InputError
            switch Transfer(url: url, partial: partial, stall: patience.stall, progress: progress).run() {
            case .complete: return
            case .failed(let error): throw error
            case .dropped(let error): dropped = error
            }
            guard attempt < patience.retries else { throw dropped }
            Thread.sleep(forTimeInterval: patience.pause * Double(1 << attempt))
        }
    }
}
