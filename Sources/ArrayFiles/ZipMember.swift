package import AsCLBase

/// One member of a zip file, read from front to back as it is inflated: memory does not grow with its size.
package final class ZipMember {
    /// The zip file's path with the member's name behind it.
    package let path: String
    /// Bytes of the whole content.
    package let byteCount: Int
    /// Bytes that were read so far.
    package private(set) var offset = 0

    private let file: MappedFile
    private let entry: ZipDirectory.Entry
    private var stream: InflationStream?
    private var packedOffset: Int
    private var checksum: UInt32 = 0

    /// The members of a zip file, by name.
    package static func members(of path: String) throws(InputError) -> [ZipMember] {
        let file = try MappedFile(path: path)
        let entries = try withExtendedLifetime(file) { () throws(InputError) in
            try ZipDirectory(file.bytes, path: path, allowsDeflated: true).entries
        }
        return entries.sorted { $0.key.precedes($1.key) }.map { ZipMember(file, $0.key, $0.value) }
    }

    private init(_ file: MappedFile, _ name: String, _ entry: ZipDirectory.Entry) {
        (self.file, self.entry) = (file, entry)
        path = "\(file.path)/\(name)"
        byteCount = entry.size
        packedOffset = entry.content.lowerBound
    }

    /// Begins again at the front.
    package func rewind() {
        (offset, checksum, stream) = (0, 0, nil)
        packedOffset = entry.content.lowerBound
    }

    /// The next bytes, at most `limit` of them; none at the end, where the check sum has to be right.
    package func read(_ limit: Int) throws(InputError) -> [UInt8] {
        let count = min(limit, byteCount - offset)
        guard count > 0 else { return [] }
        let bytes = try withExtendedLifetime(file) { () throws(InputError) in
            let rest = UnsafeRawBufferPointer(rebasing: file.bytes[packedOffset..<entry.content.upperBound])
            defer { file.release(entry.content.lowerBound..<packedOffset) }
            guard entry.isDeflated else {
                packedOffset += count
                return Array(rest.prefix(count))
            }
            if stream == nil { stream = InflationStream() }
            guard let (bytes, taken) = stream?.inflate(rest, count: count) else {
                throw InputError(path: path, expected: "deflated bytes that give \(byteCount)", found: "damaged ones")
            }
            packedOffset += taken
            return bytes
        }
        checksum = bytes.withUnsafeBytes { Inflation.checksum($0, after: checksum) }
        offset += bytes.count
        guard offset < byteCount || checksum == entry.checksum else {
            throw InputError(path: path, expected: "the bytes of its checksum", found: "others: it is damaged")
        }
        return bytes
    }
}
