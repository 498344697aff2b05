import ArrayFiles
import AsCLBase
import Foundation

/// A file of finished pictures: a mark, bytes a record and number of records, then the pictures' digests, then their
/// records. Whole or worthless: its size has to be what its beginning says.
struct BlockFile: Sendable {
    private static let mark = UInt64(littleEndian: 0x316B_6C62_6C63_7361)
    private static let headerSize = 24

    let digests: [ContentDigest]
    private let file: MappedFile
    private let recordSize: Int

    /// Opens a block; nil where it is not the whole of one with records of `recordSize` bytes.
    init?(path: String, recordSize: Int) throws {
        let file = try MappedFile(path: path)
        defer { withExtendedLifetime(file) {} }
        let bytes = file.bytes
        guard bytes.count >= Self.headerSize else { return nil }
        let header = (0..<3).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) }
        let count = Int(truncatingIfNeeded: header[2])
        guard header[0] == Self.mark, header[1] == UInt64(recordSize), (0...Int(UInt32.max)).contains(count),
            bytes.count == Self.headerSize + count * (ContentDigest.byteCount + recordSize)
        else { return nil }
        digests = (0..<count).map {
            ContentDigest(bytes: UnsafeRawBufferPointer(rebasing: bytes[(Self.headerSize + $0 * 32)...]))
        }
        self.file = file
        self.recordSize = recordSize
    }

    /// The record in the given place, for as long as `body` runs.
    func withRecord<Result>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let start = Self.headerSize + digests.count * ContentDigest.byteCount + index * recordSize
        return try withExtendedLifetime(file) {
            try body(UnsafeRawBufferPointer(rebasing: file.bytes[start..<start + recordSize]))
        }
    }

    /// Where a block lies, by its number.
    static func path(_ number: Int, in folder: String) -> String {
        let digits = String(number)
        return "\(folder)/\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits).block"
    }

    /// A block's content.
    static func encoded(_ records: [(digest: ContentDigest, bytes: [UInt8])], recordSize: Int) -> Data {
        var data = Data(capacity: headerSize + records.count * (ContentDigest.byteCount + recordSize))
        for word in [mark, UInt64(recordSize), UInt64(records.count)] {
            withUnsafeBytes(of: word.littleEndian) { data.append(contentsOf: $0) }
        }
        for record in records { data.append(contentsOf: record.digest.bytes) }
        for record in records { data.append(contentsOf: record.bytes) }
        return data
    }
}
