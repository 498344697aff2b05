import AsCLBase
import Foundation

/// A connection that asks a server of this machine one search after the other, at next to no cost of its own.
final class LoadClient {
    enum Answer {
        case answered
        /// Told to come back in so many seconds.
        case comeBack(Double)
        case other
    }

    private let descriptor: Int32

    init(port: UInt16) throws(InputError) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            throw .system("127.0.0.1:\(port)", place: "connecting", expected: "a server that takes connections")
        }
    }

    deinit { close(descriptor) }

    /// Searches, and reads the answer to its end.
    func search(_ sentence: String) throws(InputError) -> Answer {
        let query = sentence.replacing(" ", with: "+").replacing(",", with: "%2C")
        let bytes = Array("GET /api/search?q=\(query) HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
        guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { throw broken }
        var text: [UInt8] = []
        var head: Range<Int>?
        while head == nil {
            text += try receive()
            head = text.firstRange(of: Array("\r\n\r\n".utf8))
        }
        guard let head else { throw broken }
        let lines = String(decoding: text[..<head.lowerBound], as: UTF8.self).lowercased()
        func number(_ name: String) -> Int? {
            lines.components(separatedBy: "\r\n").first { $0.hasPrefix(name) }.flatMap {
                Int($0.dropFirst(name.count).trimmingCharacters(in: .whitespaces))
            }
        }
        var left = (number("content-length:") ?? 0) - (text.count - head.upperBound)
        while left > 0 { left -= try receive().count }
        if lines.hasPrefix("http/1.1 200 ") { return .answered }
        guard lines.hasPrefix("http/1.1 503 "), let seconds = number("retry-after:") else { return .other }
        return .comeBack(Double(seconds))
    }

    private func receive() throws(InputError) -> [UInt8] {
        let part = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, filled in
            filled = max(0, recv(descriptor, buffer.baseAddress, buffer.count, 0))
        }
        if part.isEmpty { throw broken }
        return part
    }

    private var broken: InputError {
        InputError(place: "connection", expected: "an answer", found: "its end")
    }
}
