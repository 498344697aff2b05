package import AsCLBase
import Foundation

/// A mapped `.npz` file, or one within a mapped file: a zip of `.npy` members, stored as `np.savez` does or deflated as
/// `np.savez_compressed` does.
package struct NpzFile {
    /// What it is called in errors.
    package let path: String
    private let file: MappedFile
    private let range: Range<Int>
    private let entries: [String: ZipDirectory.Entry]

    /// Bytes that a member may have: many times what one image's regions take.
    private static let longest = 1 << 28
    /// Bytes from a member's beginning that hold its header: numpy's are 128, of many dimensions some more.
    private static let headerLimit = 1 << 12

    /// Reads the zip's directory.
    /// - Parameters:
    ///   - range: Where in the file the `.npz` stands.
    ///   - path: What to call it in errors.
    package init(_ file: MappedFile, _ range: Range<Int>, path: String) throws(InputError) {
        (self.file, self.range, self.path) = (file, range, path)
        let all = try withExtendedLifetime(file) { () throws(InputError) in
            try ZipDirectory(UnsafeRawBufferPointer(rebasing: file.bytes[range]), path: path, allowsDeflated: true)
                .entries
        }
        var entries: [String: ZipDirectory.Entry] = [:]
        for (name, entry) in all where name.hasSuffix(".npy") { entries[String(name.dropLast(4))] = entry }
        self.entries = entries
    }

    /// What the members are called, sorted, without the `.npy` that numpy adds.
    package var names: [String] { entries.keys.sorted() }

    /// What a member is, of which only the beginning is read; nil where there is none of that name.
    package func layout(of name: String) throws(InputError) -> NumpyLayout? {
        guard let entry = entries[name] else { return nil }
        let head = try content(entry, name, limit: Self.headerLimit)
        return try head.withUnsafeBufferPointer { (head) throws(InputError) in
            try NumpyLayout(UnsafeRawBufferPointer(head), path: memberPath(name))
        }
    }

    /// A member's numbers; nil where there is none of that name.
    package func numbers(_ name: String) throws(InputError) -> NumpyNumbers? {
        guard let entry = entries[name] else { return nil }
        let bytes = try content(entry, name, limit: entry.size)
        let isWhole = bytes.withUnsafeBytes { Inflation.checksum($0) == entry.checksum }
        guard isWhole else {
            throw InputError(
                path: memberPath(name), expected: "the bytes of its checksum", found: "others: it is damaged")
        }
        return try bytes.withUnsafeBufferPointer { (bytes) throws(InputError) in
            try NumpyNumbers(UnsafeRawBufferPointer(bytes), path: memberPath(name))
        }
    }

    private func memberPath(_ name: String) -> String { "\(path)/\(name).npy" }

    /// A member's bytes, or its first ones.
    private func content(_ entry: ZipDirectory.Entry, _ name: String, limit: Int) throws(InputError) -> [UInt8] {
        guard entry.size <= Self.longest else {
            throw InputError(
                path: memberPath(name), expected: "at most \(Self.longest) bytes for one image", found: "\(entry.size)")
        }
        let count = min(limit, entry.size)
        return try withExtendedLifetime(file) { () throws(InputError) in
            let packed = UnsafeRawBufferPointer(
                rebasing: UnsafeRawBufferPointer(rebasing: file.bytes[range])[entry.content])
            if !entry.isDeflated { return Array(packed.prefix(count)) }
            guard let bytes = Inflation.inflate(packed, count: count) else {
                throw InputError(
                    path: memberPath(name), expected: "deflated bytes that give \(entry.size)", found: "damaged ones")
            }
            return bytes
        }
    }
}
