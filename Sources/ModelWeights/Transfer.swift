import AsCLBase
import Foundation
import FoundationNetworking
import Synchronization

#if canImport(FoundationNetworking)
#endif

/// One connection of a request: asks for what is missing and hands on what comes, piece by piece.
///
/// Everything but the clock runs on the session's one delegate queue, so that nothing here is touched by two threads.
final class Transfer: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    enum Outcome {
        case complete
        /// Worth another try.
        case dropped(InputError)
        case failed(InputError)
    }

    private let request: WebRequest
    private let url: URL
    private let bytes: any TransferredBytes
    private let stall: Double
    private let progress: @Sendable (Int, Int?) -> Void
    private let finished = DispatchSemaphore(value: 0)
    private let lastByte = Mutex(ContinuousClock.now)
    private var outcome: Outcome?
    /// The head of the answer that was taken, once there is one.
    private(set) var answer: HTTPURLResponse?
    /// Bytes of the whole file, once the server said so.
    private var total: Int?
    private var done = 0
    private var redirects = 0

    init(
        _ request: WebRequest, to url: URL, into bytes: any TransferredBytes, stall: Double,
        progress: @escaping @Sendable (Int, Int?) -> Void
    ) {
        self.request = request
        self.url = url
        self.bytes = bytes
        self.stall = stall
        self.progress = progress
    }

    /// Blocks until the connection ended.
    func run() -> Outcome {
        var asked = URLRequest(url: url, cachePolicy: .reloadIgnoringLocalCacheData)
        asked.httpMethod = request.asksForHead ? "HEAD" : "GET"
        asked.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
        asked.setValue(request.authorization, forHTTPHeaderField: "Authorization")
        do throws(InputError) {
            done = try bytes.size()
            if done > 0, let version = bytes.version {
                asked.setValue("bytes=\(done)-", forHTTPHeaderField: "Range")
                asked.setValue(version, forHTTPHeaderField: "If-Range")
            } else if done > 0 {
                try bytes.restart()
                done = 0
            }
        } catch {
            return .failed(error)
        }
        let configuration = URLSessionConfiguration.ephemeral
        configuration.urlCache = nil
        // The clock below is the one that ends a stalled connection.
        configuration.timeoutIntervalForRequest = stall * 2 + 60
        configuration.timeoutIntervalForResource = 7 * 24 * 3600
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 1
        let session = URLSession(configuration: configuration, delegate: self, delegateQueue: queue)
        let task = session.dataTask(with: asked)
        task.resume()
        while finished.wait(timeout: .now() + min(stall, 1)) == .timedOut {
            if ContinuousClock.now - lastByte.withLock({ $0 }) > .seconds(stall) {
                task.cancel()
                finished.wait()
                break
            }
        }
        session.finishTasksAndInvalidate()
        return outcome ?? .dropped(wrong("connection", "the whole file", "its end"))
    }

    private func wrong(_ place: String, _ expected: String, _ found: String) -> InputError {
        InputError(path: url.absoluteString, place: place, expected: expected, found: found)
    }

    // MARK: URLSession's calls

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        // Without a request the redirect itself comes as the answer, which ends the connection then.
        if request.endsAt(response) { return completionHandler(nil) }
        redirects += 1
        let target = newRequest.url?.absoluteString ?? "no address"
        let scheme = newRequest.url?.scheme?.lowercased()
        if redirects > 10 {
            outcome = .failed(wrong("redirects", "at most 10", "another to \(target)"))
        } else if scheme != "https", scheme != "http" || url.scheme?.lowercased() == "https" {
            // From https to http anybody on the way could change the file.
            outcome = .failed(wrong("redirect", "an address as safe as the first", target))
        }
        var next = newRequest
        // A secret is for the server that it was given for.
        next.setValue(
            next.url.map { $0.isSameServer(as: url) } == true ? request.authorization : nil,
            forHTTPHeaderField: "Authorization")
        completionHandler(outcome == nil ? next : nil)
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        lastByte.withLock { $0 = .now }
        do throws(InputError) {
            // The first reason to end is the one that is told.
            if outcome == nil { outcome = try accept(response) }
        } catch {
            outcome = .failed(error)
        }
        if outcome == nil { progress(done, total) }
        completionHandler(outcome == nil ? .allow : .cancel)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        guard outcome == nil else { return }
        lastByte.withLock { $0 = .now }
        do throws(InputError) {
            try bytes.append(data)
        } catch {
            outcome = .failed(error)
            return dataTask.cancel()
        }
        done += data.count
        progress(done, total)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        if outcome == nil {
            let found =
                (error as? URLError)?.code == .cancelled ? "none for \(stall) seconds" : error?.localizedDescription
            let missing = total.map { $0 - done } ?? 0
            outcome =
                if let found {
                    .dropped(wrong("after \(done) bytes", "\(total.map { "all \($0)" } ?? "more") bytes", found))
                } else if missing != 0 {
                    .dropped(wrong("after \(done) bytes", "all \(done + missing) bytes", "the connection's end"))
                } else {
                    .complete
                }
        }
        finished.signal()
    }

    // MARK: The answer

    /// Whether an answer brings what was asked for, and from which byte on; an outcome ends the connection at once.
    private func accept(_ response: URLResponse) throws(InputError) -> Outcome? {
        guard let answer = response as? HTTPURLResponse else { return .failed(wrong("answer", "HTTP", "another")) }
        self.answer = answer
        if request.endsAt(answer) { return .complete }
        let length = answer.value(forHTTPHeaderField: "Content-Length").flatMap { Int($0) }
        let range = answer.value(forHTTPHeaderField: "Content-Range").flatMap(ContentRange.init)
        switch answer.statusCode {
        case 200 where answer.mimeType?.lowercased() == "text/html":
            return .failed(wrong("answer", "a file of weights", "a page of HTML: perhaps a login or an error"))
        case 200 where request.asksForHead:
            return .complete
        case 200:
            if done > 0 { try bytes.restart() }
            done = 0
            total = length
            // Only a strong name promises the same bytes.
            let tag = answer.value(forHTTPHeaderField: "ETag").flatMap { $0.hasPrefix("W/") ? nil : $0 }
            bytes.version = tag ?? answer.value(forHTTPHeaderField: "Last-Modified")
        case 206 where range?.start == done:
            total = range?.total ?? length.map { done + $0 }
        case 416 where range?.total == done && done > 0:
            total = done
            return .complete
        case 206, 416:
            // The server and the partial file disagree: begin anew.
            try bytes.restart()
            return .dropped(wrong("range", "bytes from \(done) on", "HTTP status \(answer.statusCode) for others"))
        case let status:
            return .failed(request.explanation(answer) ?? wrong("answer", "HTTP status 200", "\(status)"))
        }
        if let total, let room = bytes.room(), total - done > room {
            return .failed(
                InputError(
                    path: bytes.path, place: "disk", expected: "room for \(total - done) bytes", found: "\(room)"))
        }
        return nil
    }
}

/// `bytes 5-9/10` or `bytes */10`; the total may be `*`.
struct ContentRange {
    let start: Int?
    let total: Int?

    init?(_ header: String) {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bytes" else { return nil }
        let halves = parts[1].split(separator: "/")
        guard halves.count == 2 else { return nil }
        start = halves[0].split(separator: "-").first.flatMap { Int($0) }
        total = Int(halves[1])
    }
}

extension URL {
    /// Whether both are of one host, by the same scheme and port.
    fileprivate func isSameServer(as other: URL) -> Bool {
        scheme?.lowercased() == other.scheme?.lowercased() && host?.lowercased() == other.host?.lowercased()
            && port == other.port
    }
}
