import Foundation

extension Launch.MeetingPlace {
    /// This host's address on its way there, by which those who have come there reach it; nil where there is no way. What a
    /// host calls itself is often an address that only it knows.
    package var ownAddress: String? {
        var hints = addrinfo()
        #if os(Linux)
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        #else
        hints.ai_socktype = SOCK_DGRAM
        #endif
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &found) == 0 else { return nil }
        defer { freeaddrinfo(found) }
        var next = found
        while let candidate = next?.pointee {
            if let address = Self.ownAddress(towards: candidate) { return address }
            next = candidate.ai_next
        }
        return nil
    }

    /// Nothing is sent: to connect a datagram socket only chooses the way.
    private static func ownAddress(towards place: addrinfo) -> String? {
        let descriptor = socket(place.ai_family, place.ai_socktype, place.ai_protocol)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard connect(descriptor, place.ai_addr, place.ai_addrlen) == 0 else { return nil }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { own in
                getsockname(descriptor, own, &length) == 0
                    ? getnameinfo(own, length, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST) : -1
            }
        }
        return status == 0 ? String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }
}
