import AsCLBase
import CHDF5
import Synchronization

/// libhdf5 knows one thread at a time in the whole process.
private let library = Mutex(())

/// An HDF5 file, read by libhdf5.
final class HDF5File {
    let path: String
    private let handle: hid_t

    init(path: String) throws(InputError) {
        // Tells of a missing or unreadable file as everywhere else.
        _ = try MappedFile(path: path)
        self.path = path
        handle = library.withLock { _ in chdf5_open(path) }
        guard handle >= 0 else {
            throw InputError(path: path, expected: "an HDF5 file", found: "one that libhdf5 cannot open: it is damaged")
        }
    }

    deinit { if handle >= 0 { library.withLock { _ in chdf5_close(handle) } } }

    /// What stands in the file's root, sorted.
    func names() throws(InputError) -> [String] {
        final class Names { var all: [String] = [] }
        let names = Names()
        let status = library.withLock { _ in
            chdf5_names(
                handle,
                { name, context in
                    guard let name, let context else { return }
                    Unmanaged<Names>.fromOpaque(context).takeUnretainedValue().all.append(String(cString: name))
                }, Unmanaged.passUnretained(names).toOpaque())
        }
        guard status >= 0 else {
            throw InputError(path: path, expected: "a list of datasets", found: "a damaged one")
        }
        return names.all
    }

    /// A dataset; nil where there is none of that name.
    func dataset(_ name: String) throws(InputError) -> HDF5Dataset? {
        let dataset = library.withLock { _ in chdf5_dataset(handle, name) }
        return dataset < 0 ? nil : try HDF5Dataset(dataset, name: name, of: self)
    }
}

/// One dataset of an HDF5 file.
final class HDF5Dataset {
    /// Numbers that a row may have: many times what one image's regions take.
    private static let longestRow = 1 << 26

    let name: String
    /// The sizes of the dimensions, slowest first.
    let shape: [Int]
    /// `float32`, `int64` or `text`.
    let elementType: String
    /// What keeps the handle valid.
    private let file: HDF5File
    private let handle: hid_t

    fileprivate init(_ handle: hid_t, name: String, of file: HDF5File) throws(InputError) {
        (self.handle, self.name, self.file) = (handle, name, file)
        var sizes = [Int64](repeating: 0, count: 8)
        let rank = library.withLock { _ in chdf5_shape(handle, 8, &sizes) }
        shape = sizes.prefix(Int(max(rank, 0))).map(Int.init)
        var size: Int64 = 0
        switch Int(library.withLock({ _ in chdf5_kind(handle, &size) })) {
        // A damaged file may claim elements of any size, and libhdf5 would convert them.
        case chdf5_float where [2, 4, 8].contains(size): elementType = "float\(size * 8)"
        case chdf5_integer where [1, 2, 4, 8].contains(size): elementType = "int\(size * 8)"
        case chdf5_text: elementType = "text"
        default: elementType = "another type"
        }
        guard rank >= 0 else { throw wrong("a plain array", "something else") }
    }

    deinit { library.withLock { _ in chdf5_close_dataset(handle) } }

    /// Numbers in a row of the first dimension.
    private func rowLength() throws(InputError) -> Int {
        var length = 1
        for size in shape.dropFirst() {
            guard size <= Self.longestRow, length * size <= Self.longestRow else {
                throw wrong("rows of at most \(Self.longestRow) numbers", "\(shape)")
            }
            length *= size
        }
        return length
    }

    /// Rows of the first dimension as float32, one after another.
    func floats(_ rows: Range<Int>) throws(InputError) -> [Float] {
        let length = try rowLength()
        guard elementType.hasPrefix("float") || elementType.hasPrefix("int") else {
            throw wrong("numbers", elementType)
        }
        guard rows.count <= Self.longestRow, rows.count * length <= Self.longestRow else {
            throw wrong("at most \(Self.longestRow) numbers an image", "\(rows.count) rows of \(length)")
        }
        var status: Int32 = -1
        let values = [Float](unsafeUninitializedCapacity: rows.count * length) { target, count in
            guard let base = target.baseAddress else { return }
            status = library.withLock { _ in
                chdf5_read_floats(handle, Int64(rows.lowerBound), Int64(rows.count), base)
            }
            count = status < 0 ? 0 : rows.count * length
        }
        guard status >= 0 else { throw wrong("rows \(rows)", "damaged ones") }
        return values
    }

    /// All numbers of a table that has one row or few numbers an image.
    func integers() throws(InputError) -> [Int] {
        let (rows, length) = (shape.first ?? 0, try rowLength())
        guard elementType.hasPrefix("int"), rows <= Self.longestRow, rows * length <= Self.longestRow else {
            throw wrong("whole numbers", "\(elementType) \(shape)")
        }
        guard rows * length > 0 else { return [] }
        var values = [Int64](repeating: 0, count: rows * length)
        guard library.withLock({ _ in chdf5_read_integers(handle, 0, Int64(rows), &values) }) >= 0 else {
            throw wrong("numbers", "damaged ones")
        }
        return values.map(Int.init)
    }

    /// A row of text.
    func text(_ row: Int) throws(InputError) -> String {
        var bytes = [CChar](repeating: 0, count: 4096)
        guard shape.count == 1, library.withLock({ _ in chdf5_read_text(handle, Int64(row), &bytes, 4096) }) >= 0 else {
            throw wrong("a text in row \(row)", "none")
        }
        let used = bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        guard let text = String(validating: used, as: UTF8.self) else {
            throw wrong("UTF-8 in row \(row)", "other bytes")
        }
        return text
    }

    func wrong(_ expected: String, _ found: String) -> InputError {
        InputError(path: file.path, place: name, expected: expected, found: found)
    }
}
