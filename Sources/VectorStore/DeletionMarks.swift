import AsCLBase
import Foundation

/// `deleted.N`: the rows that were deleted in generation N, a bit each. Replaced as a whole.
enum DeletionMarks {
    private static let mark = UInt64(littleEndian: 0x3144_5653_4153_4356)
    private static let headerSize = 24

    static func path(_ folder: String, _ generation: Int) -> String { "\(folder)/deleted.\(generation)" }

    /// Reads the marks; none where there is no file.
    static func read(_ folder: String, generation: Int) throws(InputError) -> RowBits {
        let path = path(folder, generation)
        let file: MappedFile
        do { file = try MappedFile(path: path) } catch {
            if error.systemCode == ENOENT { return RowBits() }
            throw error
        }
        defer { withExtendedLifetime(file) {} }
        let bytes = file.bytes
        let end = bytes.count - ContentDigest.byteCount
        let fields =
            end >= headerSize ? (0..<3).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) } : []
        guard fields.count == 3, fields[0] == mark, fields[1] == UInt64(generation), end % 8 == 0,
            fields[2] == UInt64((end - headerSize) / 8),
            ContentDigest(of: .init(rebasing: bytes[..<end])) == ContentDigest(bytes: .init(rebasing: bytes[end...]))
        else {
            throw InputError(
                path: path, expected: "the marks of deleted rows as they were written",
                found: "other bytes: the file is damaged; restore it from a copy, or remove it and delete again")
        }
        return RowBits(
            words: stride(from: headerSize, to: end, by: 8).map {
                bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self)
            })
    }

    /// Puts the marks on the disk, in the place of those before.
    static func write(_ marks: RowBits, _ folder: String, generation: Int) throws(InputError) {
        var data = Data()
        for word in [mark, UInt64(generation), UInt64(marks.words.count)] + marks.words {
            withUnsafeBytes(of: word.littleEndian) { data.append(contentsOf: $0) }
        }
        data.append(contentsOf: data.withUnsafeBytes { ContentDigest(of: $0) }.bytes)
        try AtomicFile.write(data, to: path(folder, generation))
    }
}
