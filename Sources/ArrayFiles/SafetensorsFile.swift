package import AsCLBase
import Foundation

/// A mapped `.safetensors` file whose header has been checked against the bytes it speaks of.
package struct SafetensorsFile: Sendable {
    /// One array of the file.
    package struct Entry: Sendable {
        /// What one element is.
        package let elementType: ElementType
        /// The sizes of the dimensions, slowest first; empty for a scalar.
        package let shape: [Int]
        /// Its bytes, counted from the end of the header.
        let range: Range<Int>
    }

    /// The path as it was given.
    package let path: String
    /// The free text of `__metadata__`.
    package let metadata: [String: String]
    /// The arrays by name.
    package let entries: [String: Entry]
    /// The mapping, which keeps the bytes valid.
    package let file: MappedFile
    private let dataStart: Int

    /// Maps the file and reads its header: every array has to fit its shape, and the arrays together have to fill the
    /// file without gap or overlap.
    package init(path: String) throws(InputError) {
        try self.init(file: MappedFile(path: path))
    }

    init(file: MappedFile) throws(InputError) {
        let (path, bytes) = (file.path, file.bytes)
        guard bytes.count >= 8 else {
            throw InputError(
                path: path, place: "header", expected: "8 bytes of length", found: "\(bytes.count) bytes")
        }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(bytes.count - 8) else {
            throw InputError(
                path: path, place: "header", expected: "at most \(bytes.count - 8) bytes, which the file has left",
                found: "a length of \(length)")
        }
        dataStart = 8 + Int(length)
        let header = try SafetensorsHeader(json: Data(bytes[8..<dataStart]), path: path)
        var entries: [String: Entry] = [:]
        for (name, fields) in header.arrays {
            entries[name] = try Self.entry(name, fields, path: path)
        }
        try Self.checkCoverage(entries, byteCount: bytes.count - dataStart, path: path)
        self.path = path
        self.file = file
        self.entries = entries
        metadata = header.metadata
    }

    /// The bytes of one array, nil where there is none of that name. They need not be aligned: load them as unaligned.
    /// Valid only while `file` is.
    package func bytes(of name: String) -> UnsafeRawBufferPointer? {
        guard let range = entries[name]?.range else { return nil }
        return UnsafeRawBufferPointer(rebasing: file.bytes[dataStart + range.lowerBound..<dataStart + range.upperBound])
    }

    private static func entry(
        _ name: String, _ fields: SafetensorsHeader.Fields, path: String
    ) throws(InputError) -> Entry {
        func wrong(_ expected: String, _ found: String) -> InputError {
            InputError(path: path, place: name, expected: expected, found: found)
        }
        guard let elementType = SafetensorsHeader.types[fields.dtype] else {
            let known = SafetensorsHeader.types.keys.sorted().joined(separator: " ")
            throw wrong("an element type of \(known)", fields.dtype)
        }
        guard let needed = elementType.byteCount(ofShape: fields.shape) else {
            throw wrong("a shape whose size fits 64 bits", "\(fields.shape)")
        }
        let offsets = fields.data_offsets
        guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1] else {
            throw wrong("data_offsets [begin, end]", "\(offsets)")
        }
        guard offsets[1] - offsets[0] == needed else {
            throw wrong(
                "\(needed) bytes for \(fields.dtype) \(fields.shape)",
                "\(offsets[1] - offsets[0]) bytes in data_offsets")
        }
        return Entry(elementType: elementType, shape: fields.shape, range: offsets[0]..<offsets[1])
    }

    private static func checkCoverage(
        _ entries: [String: Entry], byteCount: Int, path: String
    ) throws(InputError) {
        let inOrder = entries.sorted {
            ($0.value.range.lowerBound, $0.value.range.upperBound, $0.key)
                < ($1.value.range.lowerBound, $1.value.range.upperBound, $1.key)
        }
        var end = 0
        for (name, entry) in inOrder {
            guard entry.range.lowerBound == end else {
                throw InputError(
                    path: path, place: name, expected: "data_offsets that begin at \(end), where the array before ends",
                    found: "\(entry.range.lowerBound)")
            }
            end = entry.range.upperBound
        }
        guard end == byteCount else {
            throw InputError(
                path: path, place: "data", expected: "\(end) bytes for all arrays", found: "\(byteCount) bytes")
        }
    }
}
