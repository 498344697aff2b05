import AsCLBase

/// The keys of an LMDB database and where their values stand, read without liblmdb: that library trusts its files, and one
/// changed byte can end the process. Here everything is held to the file's bounds before it is used.
struct LMDBFile {
    /// A key and where in the file its value stands.
    struct Entry {
        let key: String
        let value: Range<Int>
    }

    let file: MappedFile
    /// In the order in which the values stand in the file, which is the one that reads fastest.
    let entries: [Entry]

    /// Reads all keys.
    init(path: String) throws(InputError) {
        let file = try MappedFile(path: path)
        let entries = try withExtendedLifetime(file) { () throws(InputError) in
            var tree = try LMDBTree(file.bytes, path: path)
            return try tree.entries()
        }
        self.file = file
        self.entries = entries.sorted { $0.value.lowerBound < $1.value.lowerBound }
    }
}

/// The pages of a database, as LMDB 0.9 writes them on 64-bit little-endian machines.
///
/// The first two are meta pages, of which the one of the later transaction counts: it names the root of a tree whose leaves
/// hold keys with their values, a long value on overflow pages of its own.
private struct LMDBTree {
    private struct Meta {
        let pageSize: Int
        let flags: Int
        let count: UInt64
        let root: UInt64
        let transaction: UInt64
    }

    private static let magic: UInt32 = 0xBEEF_C0DE
    private static let version: UInt32 = 1
    /// Bytes before a page's content, or an overflow page's value.
    private static let headerSize = 16
    private static let (branch, leaf) = (1, 2)
    /// A node whose value is the number of an overflow page.
    private static let bigValue = 1
    /// The number that stands for no page.
    private static let none = UInt64.max
    /// Many times the depth of a tree of terabytes.
    private static let deepest = 32

    private let bytes: UnsafeRawBufferPointer
    private let path: String
    private let meta: Meta
    private let pageCount: Int
    private var visited = 0
    private var found: [LMDBFile.Entry] = []

    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(InputError) {
        (self.bytes, self.path) = (bytes, path)
        let first = try Self.meta(bytes, at: 0, path: path)
        let second = try Self.meta(bytes, at: first.pageSize, path: path)
        meta = second.transaction > first.transaction ? second : first
        pageCount = bytes.count / first.pageSize
    }

    /// Every key of the tree.
    mutating func entries() throws(InputError) -> [LMDBFile.Entry] {
        guard meta.flags == 0 else { throw wrong("settings", "one value a key", "flags \(meta.flags)") }
        if meta.root != Self.none { try visit(meta.root, depth: 1) }
        guard found.count == meta.count else { throw wrong("keys", "\(meta.count)", "\(found.count): it is damaged") }
        return found
    }

    private static func meta(_ bytes: UnsafeRawBufferPointer, at offset: Int, path: String) throws(InputError) -> Meta {
        func number<Number: FixedWidthInteger>(_ type: Number.Type, _ place: Int) throws(InputError) -> Number {
            var reader = ByteReader(bytes, at: offset + place)
            guard let number = reader.number(type) else {
                throw InputError(path: path, expected: "two meta pages of LMDB", found: "\(bytes.count) bytes")
            }
            return number
        }
        guard try number(UInt32.self, 16) == magic else {
            throw InputError(
                path: path, place: "byte \(offset)", expected: "a meta page of LMDB", found: "another page")
        }
        let found = try number(UInt32.self, 20)
        guard found == version else {
            throw InputError(path: path, place: "data version", expected: "\(version)", found: "\(found)")
        }
        // The first of the two trees that it names is that of free pages, and has the page's size too.
        let pageSize = try number(UInt32.self, 40)
        guard (256...65536).contains(pageSize), pageSize.nonzeroBitCount == 1 else {
            throw InputError(
                path: path, place: "page size", expected: "a power of two up to 65536", found: "\(pageSize)")
        }
        return Meta(
            pageSize: Int(pageSize), flags: Int(try number(UInt16.self, 92)), count: try number(UInt64.self, 120),
            root: try number(UInt64.self, 128), transaction: try number(UInt64.self, 144))
    }

    /// A page of the tree, its header read up to its kind.
    private func page(_ number: UInt64) throws(InputError) -> (bytes: ByteReader, kind: Int) {
        guard number < pageCount else {
            throw wrong("page \(number)", "\(pageCount) pages, as the file has", "a further one: it is cut off")
        }
        let start = Int(number) * meta.pageSize
        var reader = ByteReader(bytes, at: start)
        let (own, _, kind) = (reader.number(UInt64.self), reader.number(UInt16.self), reader.number(UInt16.self))
        guard own == number, let kind, [Self.branch, Self.leaf].contains(Int(kind)) else {
            throw wrong("page \(number)", "a page of its number and kind", "another: it is damaged")
        }
        return (reader, Int(kind))
    }

    /// Goes through what hangs on a page of the tree.
    private mutating func visit(_ number: UInt64, depth: Int) throws(InputError) {
        var (reader, kind) = try page(number)
        let start = Int(number) * meta.pageSize
        visited += 1
        guard visited <= pageCount, depth <= Self.deepest, let lower = reader.number(UInt16.self),
            lower >= Self.headerSize, lower <= meta.pageSize
        else { throw wrong("page \(number)", "a page of a tree", "a circle or no nodes: it is damaged") }
        for index in 0..<(Int(lower) - Self.headerSize) / 2 {
            var pointer = ByteReader(bytes, at: start + Self.headerSize + 2 * index)
            let place = pointer.number(UInt16.self).map { start + Int($0) } ?? bytes.count
            var node = ByteReader(bytes, at: place)
            guard let low = node.number(UInt16.self), let high = node.number(UInt16.self),
                let flags = node.number(UInt16.self), let keySize = node.number(UInt16.self)
            else { throw wrong("page \(number)", "its node \(index)", "the file's end") }
            let number32 = UInt64(low) | UInt64(high) << 16
            if kind == Self.branch {
                try visit(number32 | UInt64(flags) << 32, depth: depth + 1)
            } else {
                try keep(&node, keySize: Int(keySize), size: Int(number32), flags: Int(flags), of: number)
            }
        }
    }

    /// A leaf's node, read up to its key.
    private mutating func keep(
        _ node: inout ByteReader, keySize: Int, size: Int, flags: Int, of number: UInt64
    ) throws(InputError) {
        guard let key = node.text(keySize) else { throw wrong("page \(number)", "keys in UTF-8", "other bytes") }
        guard flags == Self.bigValue else {
            let start = node.offset
            guard flags == 0, node.take(size) != nil else {
                throw wrong("key \(key.shownInOneLine)", "a value", flags == 0 ? "the file's end" : "a database in it")
            }
            return found.append(LMDBFile.Entry(key: key, value: start..<start + size))
        }
        // The overflow page's own header is left alone: one read an image, all over the file, for what bounds tell too.
        guard let target = node.number(UInt64.self), target < pageCount,
            size <= bytes.count - Int(target) * meta.pageSize - Self.headerSize
        else {
            throw wrong("key \(key.shownInOneLine)", "\(size) bytes", "fewer: the file is cut off or damaged")
        }
        let start = Int(target) * meta.pageSize + Self.headerSize
        found.append(LMDBFile.Entry(key: key, value: start..<start + size))
    }

    private func wrong(_ place: String, _ expected: String, _ found: String) -> InputError {
        InputError(path: path, place: place, expected: expected, found: found)
    }
}
