package import AsCLBase

/// Writes a float32 `.npy` matrix, or an array of matrices a row, block by block, in any order; the file appears under
/// its name only on `finish`.
package final class NumpyMatrixWriter {
    private let file: PartialFile
    private let columns: Int
    private let dataStart: Int

    /// Begins a file of `rows` x `columns`, or goes on with one.
    /// - Parameters:
    ///   - rowShape: How the file says that the numbers of a row stand, where it is not as so many columns.
    ///   - isKept: Whether an unfinished file stays, hidden beside its place, to go on with later.
    ///   - continuing: Whether an unfinished file has to be there.
    package init(
        path: String, rows: Int, columns: Int, rowShape: [Int]? = nil, isKept: Bool = false, continuing: Bool = false
    ) throws(InputError) {
        let shape = [rows] + (rowShape ?? [columns])
        guard let typeName = NumpyHeader.name(of: .float32),
            let size = ElementType.float32.byteCount(ofShape: shape)
        else {
            throw InputError(
                path: path, place: "header", expected: "a shape whose size fits 64 bits", found: "\(shape)")
        }
        let header = NumpyHeader.encoded(typeName: typeName, shape: shape)
        self.columns = columns
        dataStart = header.count
        file = try PartialFile(path: path, isKept: isKept)
        let found = try file.size()
        if continuing {
            guard found == header.count + size else {
                throw InputError(
                    path: path, place: "unfinished file",
                    expected: "\(header.count + size) bytes of what was written before",
                    found: "\(found)")
            }
        } else {
            try file.resize(to: 0)
            try file.resize(to: header.count + size)
            try header.withUnsafeBufferPointer { (header) throws(InputError) in
                try file.write(UnsafeRawBufferPointer(header), at: 0)
            }
        }
    }

    /// Writes the values of a block, row after row.
    package func write(_ values: [Float], rows: Range<Int>, columns block: Range<Int>) throws(InputError) {
        guard values.count == rows.count * block.count else {
            throw InputError(
                path: file.path, place: "rows \(rows), columns \(block)",
                expected: "\(rows.count * block.count) values",
                found: "\(values.count)")
        }
        let stride = MemoryLayout<Float>.stride
        try values.withUnsafeBufferPointer { (values) throws(InputError) in
            let bytes = UnsafeRawBufferPointer(values)
            for (index, row) in rows.enumerated() {
                let part = index * block.count * stride..<(index + 1) * block.count * stride
                try file.write(
                    UnsafeRawBufferPointer(rebasing: bytes[part]),
                    at: dataStart + (row * columns + block.lowerBound) * stride)
            }
        }
    }

    /// Puts what was written on the disk.
    package func synchronize() throws(InputError) { try file.synchronize() }

    /// Puts the file under its name.
    package func finish() throws(InputError) { try file.finish() }
}
