/// Writes a `.npy` file piece by piece; the file appears under its name only on `finish`.
public final class NumpyWriter {
    private let file: PartialFile
    private let elementType: ElementType
    private let shape: [Int]
    private let needed: Int
    private var written = 0

    /// Begins a file that will hold `shape` elements in C order. `bfloat16` is refused: numpy has no name for it.
    public init(path: String, elementType: ElementType, shape: [Int]) throws(ArrayFileError) {
        guard let typeName = NumpyHeader.name(of: elementType) else {
            throw ArrayFileError(
                path: path, place: "header", expected: "an element type that numpy has", found: "\(elementType)")
        }
        guard let needed = elementType.byteCount(ofShape: shape) else {
            throw ArrayFileError(
                path: path, place: "header", expected: "a shape whose size fits 64 bits", found: "\(shape)")
        }
        self.elementType = elementType
        self.shape = shape
        self.needed = needed
        file = try PartialFile(path: path)
        try file.write(elements: NumpyHeader.encoded(typeName: typeName, shape: shape))
    }

    /// Appends elements as they stand in memory.
    public func append(_ bytes: UnsafeRawBufferPointer) throws(ArrayFileError) {
        guard bytes.count <= needed - written else { throw wrongSize(written + bytes.count) }
        try file.write(bytes)
        written += bytes.count
    }

    /// Appends numbers to a float16 (rounded to nearest) or float32 file.
    public func append(_ values: [Float]) throws(ArrayFileError) {
        switch elementType {
        case .float32: try append(elements: values)
        case .float16: try append(elements: values.map { Float16($0) })
        default:
            throw ArrayFileError(
                path: file.path, place: "data", expected: "elements of \(elementType)", found: "floating-point numbers")
        }
    }

    /// Completes the file, which has to hold as many bytes as its shape asks for.
    public func finish() throws(ArrayFileError) {
        guard written == needed else { throw wrongSize(written) }
        try file.finish()
    }

    private func append<Element: BitwiseCopyable>(elements: [Element]) throws(ArrayFileError) {
        try elements.withUnsafeBufferPointer { (elements) throws(ArrayFileError) in
            try append(UnsafeRawBufferPointer(elements))
        }
    }

    private func wrongSize(_ found: Int) -> ArrayFileError {
        ArrayFileError(
            path: file.path, place: "data", expected: "\(needed) bytes for shape \(shape)", found: "\(found) bytes")
    }
}
