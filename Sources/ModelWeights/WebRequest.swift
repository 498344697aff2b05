import AsCLBase
import Foundation
import FoundationNetworking

#if canImport(FoundationNetworking)
#endif

/// What is asked of an HTTP server.
///
/// `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` of the environment are honoured: libcurl, which Foundation's
/// `URLSession` rests on here, reads them itself.
struct WebRequest: Sendable {
    let address: String
    /// Whether only the head of the answer is wanted.
    var asksForHead = false
    /// A header by which a redirect is the answer already, and is not followed.
    var answeringField: String?
    /// Who asks; it goes to the address's own server alone, wherever a redirect leads.
    var authorization: String?
    /// What an answer that brings nothing means, where the server's ways are known.
    var explanation: @Sendable (HTTPURLResponse) -> InputError? = { _ in nil }

    func endsAt(_ answer: HTTPURLResponse) -> Bool {
        answeringField.map { answer.value(forHTTPHeaderField: $0) != nil } ?? false
    }

    /// Blocks until all bytes are there, taking a dropped connection up again.
    /// - Returns: The head of the last answer; nil where all had come before.
    @discardableResult func run(
        into bytes: any TransferredBytes, patience: DownloadPatience,
        progress: @escaping @Sendable (_ done: Int, _ total: Int?) -> Void = { _, _ in }
    ) throws(InputError) -> HTTPURLResponse? {
        guard let url = URL(string: address), ["http", "https"].contains(url.scheme?.lowercased()), url.host != nil
        else {
            throw InputError(
                path: address, place: "address", expected: "http:// or https:// and a host", found: "another")
        }
        for attempt in 0... {
            let dropped: InputError
            let transfer = Transfer(self, to: url, into: bytes, stall: patience.stall, progress: progress)
            switch transfer.run() {
            case .complete: return transfer.answer
            case .failed(let error): throw error
            case .dropped(let error): dropped = error
            }
            guard attempt < patience.retries else { throw dropped }
            Thread.sleep(forTimeInterval: patience.pause * Double(1 << attempt))
        }
        return nil
    }
}

/// Where the bytes of an answer go.
protocol TransferredBytes: AnyObject {
    /// What to call them in an error.
    var path: String { get }
    /// What the server called the version that the bytes are of; nil where that is not known.
    var version: String? { get set }
    /// How many are there.
    func size() throws(InputError) -> Int
    /// For how many more there is room; nil where that is not known.
    func room() -> Int?
    /// Throws away what is there.
    func restart() throws(InputError)
    /// Takes in the next.
    func append(_ data: Data) throws(InputError)
}

/// A short answer, in memory.
final class ReceivedBytes: TransferredBytes {
    let path: String
    var version: String?
    private(set) var data = Data()
    private let most: Int

    /// - Parameters:
    ///   - path: What to call them in an error.
    ///   - most: The most bytes that are taken.
    init(path: String, most: Int = 1 << 26) {
        self.path = path
        self.most = most
    }

    func size() -> Int { data.count }
    func room() -> Int? { most - data.count }
    func restart() { data.removeAll() }

    func append(_ more: Data) throws(InputError) {
        guard more.count <= most - data.count else {
            throw InputError(path: path, place: "answer", expected: "at most \(most) bytes", found: "more")
        }
        data += more
    }
}
