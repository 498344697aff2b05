import CZlib

/// What a zip's members want of zlib.
enum Inflation {
    /// The first `count` bytes of what was deflated; nil where the bytes are damaged or give fewer.
    static func inflate(_ packed: UnsafeRawBufferPointer, count: Int) -> [UInt8]? {
        // Deflate makes a byte of at most 1,032: a size beyond that is a lie, and no memory is taken for it.
        guard count <= packed.count * 1032 + 1032 else { return nil }
        return InflationStream()?.inflate(packed, count: count)?.bytes
    }

    /// CRC-32, as zip files have it, of bytes that follow others.
    static func checksum(_ bytes: UnsafeRawBufferPointer, after before: UInt32 = 0) -> UInt32 {
        var checksum = UInt(before)
        var rest = bytes.bindMemory(to: UInt8.self)[...]
        while !rest.isEmpty {
            let part = UnsafeBufferPointer(rebasing: rest.prefix(1 << 30))
            checksum = crc32(checksum, part.baseAddress, UInt32(part.count))
            rest = rest.dropFirst(part.count)
        }
        return UInt32(checksum)
    }
}

/// Deflated bytes on their way back, piece by piece.
final class InflationStream {
    // zlib remembers where its state lies.
    private let stream: UnsafeMutablePointer<z_stream>

    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // Negative: without the frame that zlib's own files have.
        guard inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// The next `count` bytes, and how many of the packed ones they took; nil where these are damaged or give fewer.
    func inflate(_ packed: UnsafeRawBufferPointer, count: Int) -> (bytes: [UInt8], taken: Int)? {
        guard count > 0 else { return ([], 0) }
        guard count <= Int(UInt32.max) else { return nil }
        let offered = packed.prefix(Int(UInt32.max))
        let source = UnsafeRawBufferPointer(rebasing: offered).bindMemory(to: UInt8.self)
        stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        stream.pointee.avail_in = UInt32(source.count)
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { target, written in
            stream.pointee.next_out = target.baseAddress
            stream.pointee.avail_out = UInt32(count)
            let status = CZlib.inflate(stream, Z_SYNC_FLUSH)
            let isSound = status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR
            written = isSound ? count - Int(stream.pointee.avail_out) : 0
        }
        return bytes.count == count ? (bytes, source.count - Int(stream.pointee.avail_in)) : nil
    }
}
