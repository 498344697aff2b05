package import AsCLBase

/// A mapped `.npy` file (versions 1, 2 and 3) in C order and little endian.
package struct NumpyArray: Sendable {
    /// The path as it was given.
    package let path: String
    /// What one element is.
    package let elementType: ElementType
    /// The sizes of the dimensions, slowest first; empty for a scalar.
    package let shape: [Int]
    /// The mapping, which keeps `bytes` valid.
    package let file: MappedFile
    private let dataStart: Int

    /// Maps the file and reads its header. The file has to hold exactly the bytes that its shape asks for.
    package init(path: String) throws(InputError) {
        let file = try MappedFile(path: path)
        let header = try NumpyHeader(file.bytes, path: path)
        guard !header.isFortran else {
            throw InputError(
                path: path, place: "header", expected: "C order", found: "Fortran order; \(Self.remedy)")
        }
        guard let needed = header.elementType.byteCount(ofShape: header.shape) else {
            throw InputError(
                path: path, place: "header", expected: "a shape whose size fits 64 bits", found: "\(header.shape)")
        }
        let held = file.bytes.count - header.byteCount
        guard held == needed else {
            throw InputError(
                path: path, place: "data", expected: "\(needed) bytes for shape \(header.shape)",
                found: "\(held) bytes")
        }
        self.path = path
        self.file = file
        elementType = header.elementType
        shape = header.shape
        dataStart = header.byteCount
    }

    /// What turns features of any order and floating-point type into such a file.
    package static let remedy =
        "in Python, np.save(path, np.ascontiguousarray(np.load(path), dtype=np.float32)) mends it"

    /// Asks for a range of `bytes` ahead of its use.
    package func prefetch(_ range: Range<Int>) {
        file.prefetch(dataStart + range.lowerBound..<dataStart + range.upperBound)
    }

    /// The elements, without the header. They need not be aligned: load them as unaligned.
    /// Valid only while `file` is.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file.bytes[dataStart...]) }
}
