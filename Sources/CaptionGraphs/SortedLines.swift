import AsCLBase
import Foundation

/// A text file whose lines stand in the order of their bytes, as WordNet's do: mapped, and searched by halves, so that
/// opening costs nothing and a look-up reads a few pages.
struct SortedLines: Sendable {
    private let file: MappedFile

    init(path: String) throws(InputError) { file = try MappedFile(path: path) }

    /// The lines that begin with `prefix`, which is not empty, in their order.
    func lines(startingWith prefix: String) -> [Substring] {
        withExtendedLifetime(file) {
            let bytes = file.bytes
            let wanted = Array(prefix.utf8)
            var (low, high) = (0, bytes.count)
            // The first line that is not before the prefix begins in low ... high.
            while low < high {
                let start = lineStart(before: (low + high) / 2, notBefore: low, in: bytes)
                if isBefore(wanted, at: start, in: bytes) {
                    low = nextLine(after: start, in: bytes)
                } else {
                    high = start
                }
            }
            var found: [Substring] = []
            while low < bytes.count, bytes[low...].starts(with: wanted) {
                let next = nextLine(after: low, in: bytes)
                found.append(String(decoding: bytes[low..<next], as: UTF8.self).trimmed[...])
                low = next
            }
            return found
        }
    }

    /// The line that begins at a byte; nil past the end.
    func line(at offset: Int) -> String? {
        withExtendedLifetime(file) {
            guard file.bytes.indices.contains(offset) else { return nil }
            let end = nextLine(after: offset, in: file.bytes)
            return String(decoding: file.bytes[offset..<end], as: UTF8.self).trimmed
        }
    }

    private func lineStart(before place: Int, notBefore low: Int, in bytes: UnsafeRawBufferPointer) -> Int {
        var start = place
        while start > low, bytes[start - 1] != UInt8(ascii: "\n") { start -= 1 }
        return start
    }

    private func nextLine(after place: Int, in bytes: UnsafeRawBufferPointer) -> Int {
        (bytes[place...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count - 1) + 1
    }

    private func isBefore(_ wanted: [UInt8], at start: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
        for (index, byte) in wanted.enumerated() {
            guard start + index < bytes.count else { return true }
            if bytes[start + index] != byte { return bytes[start + index] < byte }
        }
        return false
    }
}
