import CZlib

/// What a zip's members want of zlib.
enum Inflation {
    /// The first `count` bytes of what was deflated; nil where the bytes are damaged or give fewer.
    static func inflate(_ packed: UnsafeRawBufferPointer, count: Int) -> [UInt8]? {
        // Deflate makes a byte of at most 1,032: a size beyond that is a lie, and no memory is taken for it.
        guard count <= packed.count * 1032 + 1032, packed.count < Int(UInt32.max), count < Int(UInt32.max) else {
            return nil
        }
        guard count > 0 else { return [] }
        var stream = z_stream()
        // Negative: without the frame that zlib's own files have.
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        let source = packed.bindMemory(to: UInt8.self)
        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        stream.avail_in = UInt32(packed.count)
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { target, written in
            stream.next_out = target.baseAddress
            stream.avail_out = UInt32(count)
            let status = CZlib.inflate(&stream, Z_SYNC_FLUSH)
            written = count - Int(stream.avail_out)
            isWhole = written == count && (status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR)
        }
        return isWhole ? bytes : nil
    }

    /// CRC-32, as zip files have it.
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var checksum = crc32(0, nil, 0)
        var rest = bytes.bindMemory(to: UInt8.self)[...]
        while !rest.isEmpty {
            let part = UnsafeBufferPointer(rebasing: rest.prefix(1 << 30))
            checksum = crc32(checksum, part.baseAddress, UInt32(part.count))
            rest = rest.dropFirst(part.count)
        }
        return UInt32(checksum)
    }
}
