import AsCLBase
import Foundation
import RetrievalData

/// Published tables with an image a line (`RegionTableColumns`), several files of them one after another.
///
/// What is known of all lines is gathered by jumping from one to the next: the number of regions says how long a line is,
/// so that little of a file of many gigabytes is read before the work begins.
struct RegionTables: RegionSource {
    private struct Line {
        let file: Int
        let range: Range<Int>
        let number: Int
    }

    private struct Table {
        let file: MappedFile
        let columns: RegionTableColumns
    }

    let items: [RegionItem]
    let dimension: Int
    let form: String
    let hasBoxes: Bool
    let hasConfidences: Bool
    let identity: String
    let notes: [String] = []
    private let tables: [Table]
    private let lines: [Line]

    /// Opens the files and holds every line's lengths to each other.
    /// - Parameter progress: Called with the bytes that are passed, and all there are.
    init(paths: [String], progress: (_ done: Int, _ total: Int) -> Void) throws(InputError) {
        var tables: [Table] = []
        for path in paths {
            let file = try MappedFile(path: path)
            guard let columns = withExtendedLifetime(file, { RegionTableColumns(startOf: file.bytes) }) else {
                throw InputError(
                    path: path, place: "line 1", expected: "a published table of region features", found: "another file"
                )
            }
            if let first = tables.first, first.columns != columns {
                throw InputError(path: path, expected: first.columns.rawValue, found: columns.rawValue)
            }
            tables.append(Table(file: file, columns: columns))
        }
        let total = tables.reduce(0) { $0 + $1.file.bytes.count }
        var (items, lines, dimension, passed) = ([RegionItem](), [Line](), 0, 0)
        for (index, table) in tables.enumerated() {
            let file = table.file
            try withExtendedLifetime(file) { () throws(InputError) in
                var (offset, number) = (0, 1)
                while offset < file.bytes.count {
                    let (range, line) = try Self.next(table, at: offset, number: number, dimension: dimension)
                    if let line {
                        if dimension == 0 { dimension = try line.dimension() }
                        try line.check(dimension: dimension)
                        items.append(RegionItem(id: line.id, regionCount: line.regionCount))
                        lines.append(Line(file: index, range: range, number: number))
                    }
                    let end = range.upperBound + 1
                    file.release(offset..<min(end, file.bytes.count))
                    (offset, number) = (end, number + 1)
                    progress(passed + min(end, file.bytes.count), total)
                }
                passed += file.bytes.count
            }
        }
        guard let columns = tables.first?.columns else {
            throw InputError(expected: "at least one table", found: "none")
        }
        (self.tables, self.items, self.lines, self.dimension) = (tables, items, lines, dimension)
        form = columns.rawValue
        hasBoxes = columns == .bottomUpAttention || columns == .lxmert
        hasConfidences = columns == .lxmert
        identity = paths.map(FileIdentity.of).joined(separator: "\n")
    }

    func regions(of item: Int) throws(InputError) -> ImageRegions {
        let line = lines[item]
        let table = tables[line.file]
        defer { withExtendedLifetime(table.file) { table.file.release(line.range) } }
        return try RegionTableLine(
            Self.text(table.file.bytes, line.range), table.columns, path: table.file.path, number: line.number
        ).regions()
    }

    func place(of item: Int) -> (path: String, place: String?) {
        (tables[lines[item].file].file.path, "line \(lines[item].number)")
    }

    /// The line at `offset` without its line feed; nil beside its range where it names columns or is empty.
    private static func next(
        _ table: Table, at offset: Int, number: Int, dimension: Int
    ) throws(InputError) -> (Range<Int>, RegionTableLine?) {
        let bytes = table.file.bytes
        if number == 1, RegionTableColumns.isHeading(bytes, offset..<min(bytes.count, offset + 16)) {
            return (RegionTableColumns.line(of: bytes, at: offset), nil)
        }
        let range =
            jump(bytes, offset, table.columns, dimension: dimension) ?? RegionTableColumns.line(of: bytes, at: offset)
        let text = text(bytes, range)
        if text.allSatisfy({ $0 == UInt8(ascii: " ") }) { return (range, nil) }
        return (range, try RegionTableLine(text, table.columns, path: table.file.path, number: number))
    }

    /// The line at `offset`, where its numbers of regions and of columns foretell its end; nil where they do not.
    private static func jump(
        _ bytes: UnsafeRawBufferPointer, _ offset: Int, _ columns: RegionTableColumns, dimension: Int
    ) -> Range<Int>? {
        guard dimension > 0, columns != .vinvlJSON else { return nil }
        // The columns before the features are short: names, numbers, and some numbers a region.
        let head = bytes[offset..<min(bytes.count, offset + 1 << 20)]
        let fields = head.split(
            separator: UInt8(ascii: "\t"), maxSplits: columns.count - 1, omittingEmptySubsequences: false)
        let counter = [.bottomUpAttention: 3, .lxmert: 7, .vinvl: 1][columns] ?? 1
        guard fields.count == columns.count,
            let count = Int(String(decoding: fields[counter].prefix(20), as: UTF8.self)), 1...1_000_000 ~= count
        else { return nil }
        let wrapped = fields[columns.count - 1].starts(with: "b'".utf8) ? 3 : 0
        let (numbers, overflow) = count.multipliedReportingOverflow(by: dimension)
        guard !overflow, numbers < bytes.count else { return nil }
        var end = fields[columns.count - 1].startIndex + Base64Floats.length(numbers) + wrapped
        if end < bytes.count, bytes[end] == 13 { end += 1 }
        return end == bytes.count || end < bytes.count && bytes[end] == 10 ? offset..<end : nil
    }

    /// A line without the carriage return that Python's csv ends lines with.
    private static func text(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Slice<UnsafeRawBufferPointer> {
        let text = bytes[range]
        return text.last == 13 ? text.dropLast() : text
    }
}
