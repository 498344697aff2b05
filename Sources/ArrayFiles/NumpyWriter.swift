package import AsCLBase

/// Writes a `.npy` file piece by piece; the file appears under its name only on `finish`.
package final class NumpyWriter {
    private let file: PartialFile
    private let elementType: ElementType
    private let shape: [Int]
    private let needed: Int
    private var written = 0

    /// Begins a file that will hold `shape` elements in C order. `bfloat16` is refused: numpy has no name for it.
    package init(path: String, elementType: ElementType, shape: [Int]) throws(InputError) {
        guard let typeName = NumpyHeader.name(of: elementType) else {
            throw InputError(
                path: path, place: "header", expected: "an element type that numpy has", found: "\(elementType)")
        }
        guard let needed = elementType.byteCount(ofShape: shape) else {
            throw InputError(
                path: path, place: "header", expected: "a shape whose size fits 64 bits", found: "\(shape)")
        }
        self.elementType = elementType
        self.shape = shape
        self.needed = needed
        file = try PartialFile(path: path)
        try file.write(elements: NumpyHeader.encoded(typeName: typeName, shape: shape))
    }

    /// Appends elements as they stand in memory.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(InputError) {
        guard bytes.count <= needed - written else { throw wrongSize(written + bytes.count) }
        try file.write(bytes)
        written += bytes.count
    }

    /// Appends numbers to a float16 (rounded to nearest) or float32 file.
    package func append(_ values: [Float]) throws(InputError) {
        switch elementType {
        case .float32: try append(elements: values)
        case .float16: try append(elements: values.map { Float16($0) })
        default:
            throw InputError(
                path: file.path, place: "data", expected: "elements of \(elementType)", found: "floating-point numbers")
        }
    }

    /// Completes the file, which has to hold as many bytes as its shape asks for.
    package func finish() throws(InputError) {
        guard written == needed else { throw wrongSize(written) }
        try file.finish()
    }

    private func append<Element: BitwiseCopyable>(elements: [Element]) throws(InputError) {
        try elements.withUnsafeBufferPointer { (elements) throws(InputError) in
            try append(UnsafeRawBufferPointer(elements))
        }
    }

    private func wrongSize(_ found: Int) -> InputError {
        InputError(
            path: file.path, place: "data", expected: "\(needed) bytes for shape \(shape)", found: "\(found) bytes")
    }
}
