import AsCLBase

/// 128 bytes that begin a segment or a block: four numbers, the digests of what follows, and a digest of themselves.
struct SealedHeader {
    /// What a header begins: "ASVS" a segment, "ASVB" a block.
    enum Kind: UInt32 { case segment = 0x5356_5341, block = 0x4256_5341 }

    static let byteCount = BlockLayout.unit
    private static let sealed = 96

    let kind: Kind
    /// A segment's format, or a block's number in its segment.
    let number: Int
    let rows: Int
    let dimension: Int
    /// Of codes, scales and float16; of ids and what fills the block up. Of nothing in a segment's header.
    var body = ContentDigest(of: "")
    var ids = ContentDigest(of: "")

    init(kind: Kind, number: Int, rows: Int, dimension: Int) {
        (self.kind, self.number, self.rows, self.dimension) = (kind, number, rows, dimension)
    }

    /// Reads a header; nil where its bytes are not those that were written.
    init?(_ bytes: UnsafeRawBufferPointer) {
        let sealed = UnsafeRawBufferPointer(rebasing: bytes[..<Self.sealed])
        let digest = ContentDigest(bytes: UnsafeRawBufferPointer(rebasing: bytes[Self.sealed..<Self.byteCount]))
        guard ContentDigest(of: sealed) == digest else { return nil }
        var reader = ByteReader(sealed)
        guard let kind = reader.number(UInt32.self).flatMap(Kind.init), let number = reader.number(UInt32.self),
            let rows = reader.number(UInt32.self), let dimension = reader.number(UInt32.self),
            let body = reader.take(ContentDigest.byteCount), let ids = reader.take(ContentDigest.byteCount)
        else { return nil }
        self.init(kind: kind, number: Int(number), rows: Int(rows), dimension: Int(dimension))
        self.body = ContentDigest(bytes: body)
        self.ids = ContentDigest(bytes: ids)
    }

    /// The header as it stands in a file.
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        for field in [kind.rawValue, UInt32(number), UInt32(rows), UInt32(dimension)] {
            withUnsafeBytes(of: field.littleEndian) { bytes.append(contentsOf: $0) }
        }
        bytes += body.bytes + ids.bytes
        bytes += repeatElement(0, count: Self.sealed - bytes.count)
        return bytes + bytes.withUnsafeBytes { ContentDigest(of: $0) }.bytes
    }
}
