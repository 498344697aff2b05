import AsCLBase

/// The entries of a zip file, each found where the directory says and apart from the others. Check sums are not compared:
/// that would read everything that is otherwise only mapped.
struct ZipDirectory {
    /// What the directory says of an entry.
    struct Entry {
        /// Where in the file the content stands, deflated or as it is.
        let content: Range<Int>
        let isDeflated: Bool
        /// Bytes of the content once it is inflated.
        let size: Int
        /// CRC-32 of the same.
        let checksum: UInt32
    }

    /// By name.
    let entries: [String: Entry]

    private typealias ZipBytes = (bytes: UnsafeRawBufferPointer, path: String)

    private struct Listed {
        let name: String
        let header: Int
        let entry: Entry

        var content: Range<Int> { entry.content }
    }

    /// - Parameters:
    ///   - bytes: The whole zip file.
    ///   - path: What to call it in errors.
    ///   - allowsDeflated: Whether entries may be compressed, as numpy's may; PyTorch's never are.
    init(_ bytes: UnsafeRawBufferPointer, path: String, allowsDeflated: Bool = false) throws(InputError) {
        let file: ZipBytes = (bytes, path)
        let listing = try Self.listing(of: file)
        var reader = ByteReader(
            UnsafeRawBufferPointer(rebasing: bytes[..<listing.range.upperBound]), at: listing.range.lowerBound)
        var listed: [Listed] = []
        for index in 0..<listing.count {
            listed.append(try Self.entry(index, &reader, file: file, end: listing.range.lowerBound, allowsDeflated))
        }
        guard reader.offset == listing.range.upperBound else {
            throw Self.wrong(
                file, "directory", "\(listing.count) entries that fill it",
                "\(listing.range.upperBound - reader.offset) bytes more")
        }
        listed.sort { ($0.header, $0.content.upperBound) < ($1.header, $1.content.upperBound) }
        for (before, after) in zip(listed, listed.dropFirst()) where after.header < before.content.upperBound {
            throw Self.wrong(
                file, after.name.shownInOneLine, "entries that do not overlap",
                "\(after.name.shownInOneLine) within \(before.name.shownInOneLine)")
        }
        var entries: [String: Entry] = [:]
        for entry in listed where entries.updateValue(entry.entry, forKey: entry.name) != nil {
            throw Self.wrong(file, "directory", "names of their own", "\(entry.name.shownInOneLine) twice")
        }
        self.entries = entries
    }

    private static func wrong(_ file: ZipBytes, _ place: String, _ expected: String, _ found: String)
        -> InputError
    {
        InputError(path: file.path, place: "zip \(place)", expected: expected, found: found)
    }

    /// How many entries the central directory has and where it stands.
    private static func listing(of file: ZipBytes) throws(InputError) -> (count: Int, range: Range<Int>) {
        let bytes = file.bytes
        // The end record is 22 bytes and a comment of at most 65,535.
        guard
            let end = stride(from: bytes.count - 22, through: max(0, bytes.count - 22 - 65_535), by: -1)
                .first(where: { offset in
                    guard bytes[offset] == UInt8(ascii: "P") else { return false }
                    var reader = ByteReader(bytes, at: offset)
                    guard reader.number(UInt32.self) == 0x0605_4b50 else { return false }
                    _ = reader.take(16)
                    return reader.number(UInt16.self).map { Int($0) == bytes.count - offset - 22 } ?? false
                })
        else {
            throw wrong(file, "end", "the record that ends a zip file", "none in the last bytes: the file is cut off")
        }
        var reader = ByteReader(bytes, at: end + 4)
        let disks = [reader.number(UInt16.self), reader.number(UInt16.self)]
        _ = reader.take(2)
        var count = reader.number(UInt16.self).map(UInt64.init) ?? 0
        var size = reader.number(UInt32.self).map(UInt64.init) ?? 0
        var start = reader.number(UInt32.self).map(UInt64.init) ?? 0
        var limit = end
        guard disks.allSatisfy({ $0 == 0 || $0 == .max }) else {
            throw wrong(file, "end", "a zip file in one part", "one of several parts")
        }
        var locator = ByteReader(bytes, at: end - 20)
        if locator.number(UInt32.self) == 0x0706_4b50 {
            _ = locator.take(4)
            let place = locator.number(UInt64.self).flatMap(Int.init(exactly:)) ?? -1
            var record = ByteReader(bytes, at: place)
            guard record.number(UInt32.self) == 0x0606_4b50, record.take(28) != nil,
                let longCount: UInt64 = record.number(),
                let longSize: UInt64 = record.number(), let longStart: UInt64 = record.number()
            else { throw wrong(file, "end", "a zip64 record at byte \(place)", "something else") }
            (count, size, start, limit) = (longCount, longSize, longStart, place)
        }
        let (stop, overflow) = start.addingReportingOverflow(size)
        guard !overflow, stop <= UInt64(limit) else {
            throw wrong(
                file, "directory", "at most \(limit) bytes before the end record", "\(size) bytes at byte \(start)")
        }
        guard count <= size / 46 else {
            throw wrong(file, "directory", "at most \(size / 46) entries in \(size) bytes", "\(count)")
        }
        return (Int(count), Int(start)..<Int(stop))
    }

    /// The directory's next entry, compared with the header that stands before its content.
    /// - Parameter end: Where content has to end: the directory follows.
    private static func entry(
        _ index: Int, _ reader: inout ByteReader, file: ZipBytes, end: Int, _ allowsDeflated: Bool
    ) throws(InputError) -> Listed {
        let cutOff = wrong(file, "directory", "an entry \(index)", "no sound one")
        guard reader.number(UInt32.self) == 0x0201_4b50, reader.take(4) != nil, let flags: UInt16 = reader.number(),
            let method: UInt16 = reader.number(), reader.take(4) != nil, let checksum: UInt32 = reader.number(),
            let packed: UInt32 = reader.number(),
            let plain: UInt32 = reader.number(), let nameCount: UInt16 = reader.number(),
            let extraCount: UInt16 = reader.number(), let commentCount: UInt16 = reader.number(),
            reader.take(8) != nil, let header: UInt32 = reader.number(), let name = reader.text(Int(nameCount)),
            let extra = reader.take(Int(extraCount)), reader.take(Int(commentCount)) != nil
        else { throw cutOff }
        let place = name.shownInOneLine
        guard method == 0 || allowsDeflated && method == 8, flags & 1 == 0 else {
            throw wrong(
                file, place, allowsDeflated ? "stored or deflated bytes" : "stored bytes, which is how PyTorch writes",
                allowsDeflated ? "encrypted or otherwise compressed ones" : "compressed or encrypted ones")
        }
        guard let wide = widened([plain, packed, header], extra: extra), method == 8 || wide[0] == wide[1] else {
            throw wrong(file, place, "sizes that agree", "sizes that do not")
        }
        var local = ByteReader(file.bytes, at: wide[2])
        guard local.number(UInt32.self) == 0x0403_4b50, local.take(22) != nil,
            let localNameCount: UInt16 = local.number(),
            let localExtraCount: UInt16 = local.number(), let localName = local.text(Int(localNameCount)),
            localName == name, local.take(Int(localExtraCount)) != nil, local.offset <= end,
            wide[1] <= end - local.offset
        else {
            throw wrong(
                file, place, "its header and \(wide[1]) bytes at byte \(wide[2])", "something else or the file's end")
        }
        return Listed(
            name: name, header: wide[2],
            entry: Entry(
                content: local.offset..<local.offset + wide[1], isDeflated: method == 8, size: wide[0],
                checksum: checksum))
    }

    /// The numbers, those that do not fit their 32 bits taken from the zip64 field; nil where that lacks them.
    private static func widened(_ numbers: [UInt32], extra: UnsafeRawBufferPointer) -> [Int]? {
        var fields = ByteReader(extra)
        var long = ByteReader(UnsafeRawBufferPointer(start: nil, count: 0))
        while let id: UInt16 = fields.number(), let count: UInt16 = fields.number(), let field = fields.take(Int(count))
        {
            if id == 1 { long = ByteReader(field) }
        }
        var result: [Int] = []
        for number in numbers {
            let wide = number == .max ? long.number(UInt64.self).flatMap(Int.init(exactly:)) : Int(number)
            guard let wide else { return nil }
            result.append(wide)
        }
        return result
    }
}
