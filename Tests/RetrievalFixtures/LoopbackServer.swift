package import Foundation
import Synchronization

/// An HTTP server on this machine that answers as a test tells it to, one connection after the other, on a thread of
/// its own.
package final class LoopbackServer: Sendable {
    /// What was asked for.
    package struct Request: Sendable {
        package let line: String
        package let headers: [String: String]

        /// The first missing byte of a `Range: bytes=5-`.
        package var start: Int? { headers["range"].flatMap { Int($0.dropFirst("bytes=".count).dropLast()) } }
    }

    /// What to send, and what to do then.
    package enum Answer: Sendable {
        /// These bytes, then the connection's end.
        case bytes(Data)
        /// These bytes, then silence until the other side goes.
        case stalling(Data)
    }

    package let port: UInt16
    private let listener: Int32
    private let answer: @Sendable (Request, _ number: Int) -> Answer
    private let seen = Mutex<[Request]>([])

    /// Requests in their order.
    package var requests: [Request] { seen.withLock { $0 } }
    package var address: String { "http://127.0.0.1:\(port)" }

    /// - Parameter answer: Gets each request with its number, from 0.
    package init(_ answer: @escaping @Sendable (Request, Int) -> Answer) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutableBytes(of: &name) { raw -> Int32 in
            guard let address = raw.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return -1 }
            return bind(listener, address, length) == 0 && listen(listener, 8) == 0
                ? getsockname(listener, address, &length) : -1
        }
        guard status == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: name.sin_port)
        self.listener = listener
        self.answer = answer
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                self?.serve(connection)
                close(connection)
            }
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve(_ connection: Int32) {
        guard let request = Self.read(connection) else { return }
        let number = seen.withLock { seen in
            seen.append(request)
            return seen.count - 1
        }
        switch answer(request, number) {
        case .bytes(let data): Self.send(data, connection)
        case .stalling(let data):
            Self.send(data, connection)
            var byte: UInt8 = 0
            // Ends when the other side closes.
            while recv(connection, &byte, 1, 0) > 0 {}
        }
    }

    private static func read(_ connection: Int32) -> Request? {
        var head = Data()
        var byte: UInt8 = 0
        while !head.hasSuffix("\r\n\r\n") {
            guard recv(connection, &byte, 1, 0) == 1 else { return nil }
            head.append(byte)
        }
        let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n").filter { !$0.isEmpty }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces)
        }
        return Request(line: lines.first ?? "", headers: headers)
    }

    private static func send(_ data: Data, _ connection: Int32) {
        var rest = data
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return }
            rest = rest.dropFirst(sent)
        }
    }
}

extension Data {
    fileprivate func hasSuffix(_ text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}

extension LoopbackServer.Answer {
    /// A whole answer; `length` says how much is promised, all of it where it is nil.
    package static func http(
        _ status: String, _ body: Data = Data(), length: Int? = nil, headers: [String: String] = [:],
        stalls: Bool = false
    ) -> Self {
        var head = "HTTP/1.1 \(status)\r\nConnection: close\r\nContent-Length: \(length ?? body.count)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        let data = Data((head + "\r\n").utf8) + body
        return stalls ? .stalling(data) : .bytes(data)
    }

    /// What a good server gives of `file`, from the asked byte on where the version is the same.
    package static func file(
        _ file: Data, _ request: LoopbackServer.Request, tag: String = "\"1\"", upTo end: Int? = nil
    )
        -> Self
    {
        let part = file.prefix(end ?? file.count)
        guard let start = request.start, request.headers["if-range"] == tag else {
            return http("200 OK", part, length: file.count, headers: ["ETag": tag])
        }
        return http(
            "206 Partial Content", part.dropFirst(start), length: file.count - start,
            headers: ["ETag": tag, "Content-Range": "bytes \(start)-\(file.count - 1)/\(file.count)"])
    }
}
