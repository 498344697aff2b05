import Foundation
import Testing

/// A connection to a server of this machine, byte by byte: what a client would never send can be.
final class RawConnection: Sendable {
    struct Answer {
        let status: Int
        /// By their names in lower case.
        let headers: [String: String]
    }

    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0)
    }

    deinit { close(descriptor) }

    /// Sends text; false once the server has ended the connection.
    @discardableResult
    func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// Whether something has come, or the end, within some milliseconds.
    func hasNews(_ milliseconds: Int32) -> Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&wanted, 1, milliseconds) > 0
    }

    /// What comes next, at most so much; nothing at the end.
    func receive(_ count: Int = 65536) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(0, recv(descriptor, buffer.baseAddress, count, 0))
        }
    }

    /// The next answer, read to its end.
    func answer() throws -> Answer {
        var bytes: [UInt8] = []
        let end = Array("\r\n\r\n".utf8)
        var head: Range<Int>?
        while head == nil {
            let part = receive()
            try #require(!part.isEmpty, "ended after \(String(decoding: bytes, as: UTF8.self))")
            bytes += part
            head = bytes.firstRange(of: end)
        }
        let start = try #require(head)
        let lines = String(decoding: bytes[..<start.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        var left = (headers["content-length"].flatMap { Int($0) } ?? 0) - (bytes.count - start.upperBound)
        while left > 0 {
            let part = receive(left)
            try #require(!part.isEmpty)
            left -= part.count
        }
        return Answer(status: try #require(Int(lines[0].split(separator: " ")[1])), headers: headers)
    }
}

/// What work gives on a thread of its own, where it may wait as long as it likes.
func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Result(catching: work)) }.start()
    }
}
