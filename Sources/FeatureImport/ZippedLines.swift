import ArrayFiles
import AsCLBase
import RetrievalData

/// The lines of the tables in a zip file, from front to back: only as much as a line is in memory.
final class ZippedLines {
    /// Bytes that a line may have: many times what 100 regions take.
    private static let longest = 1 << 26

    /// Bytes of all members, and how many of them were passed.
    let byteCount: Int
    private(set) var passed = 0
    private let members: [ZipMember]
    private let chunk: Int
    private var member = 0
    private var number = 0
    private var columns: RegionTableColumns?
    private var buffer: [UInt8] = []
    /// Where in the buffer the next line begins.
    private var start = 0

    /// Members that are empty, such as folders, are left out.
    /// - Parameter chunk: Bytes to read at a time.
    init(path: String, chunk: Int = 1 << 20) throws(InputError) {
        self.chunk = chunk
        members = try ZipMember.members(of: path).filter { $0.byteCount > 0 }
        byteCount = members.reduce(0) { $0 + $1.byteCount }
    }

    /// Begins again with the first line.
    func rewind() {
        for member in members { member.rewind() }
        (member, number, passed, start, columns, buffer) = (0, 0, 0, 0, nil, [])
    }

    /// The next image's line; nil after the last.
    func next<Result>(_ body: (RegionTableLine) throws(InputError) -> Result) throws(InputError) -> Result? {
        while member < members.count {
            guard let range = try nextLine() else {
                (member, number, columns) = (member + 1, 0, nil)
                continue
            }
            let (path, number) = (members[member].path, number)
            let result = try buffer.withUnsafeBufferPointer { (buffer) throws(InputError) -> Result? in
                let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[range])
                let text = bytes.last == 13 ? bytes[..<(bytes.count - 1)] : bytes[...]
                if text.isEmpty || number == 1 && RegionTableColumns.isHeading(bytes, 0..<bytes.count) { return nil }
                columns = columns ?? RegionTableColumns(startOf: bytes)
                guard let columns else {
                    throw InputError(
                        path: path, place: "line \(number)", expected: "a published table of region features",
                        found: "another file")
                }
                return try body(RegionTableLine(text, columns, path: path, number: number))
            }
            if let result { return result }
        }
        return nil
    }

    /// Where the member's next line stands in the buffer; nil at its end.
    private func nextLine() throws(InputError) -> Range<Int>? {
        var searched = start
        while true {
            let range = buffer.withUnsafeBytes { RegionTableColumns.line(of: $0, at: searched) }
            if range.upperBound < buffer.count {
                defer { start = range.upperBound + 1 }
                (number, passed) = (number + 1, passed + range.upperBound + 1 - start)
                return start..<range.upperBound
            }
            searched = buffer.count - start
            buffer.removeFirst(start)
            start = 0
            guard buffer.count <= Self.longest else {
                throw InputError(
                    path: members[member].path, place: "line \(number + 1)", expected: "at most \(Self.longest) bytes",
                    found: "more")
            }
            let more = try members[member].read(chunk)
            if more.isEmpty {
                guard !buffer.isEmpty else { return nil }
                // The last line may have no end.
                buffer.append(10)
                passed -= 1
            }
            buffer += more
        }
    }
}
