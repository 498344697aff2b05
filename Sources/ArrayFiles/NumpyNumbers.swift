package import AsCLBase

/// What a `.npy` file's header says.
package struct NumpyLayout {
    /// The sizes of the dimensions, slowest first.
    package let shape: [Int]
    /// What one element is.
    package let elementType: ElementType
    /// Whether the first dimension runs fastest.
    package let isFortran: Bool
    let headerByteCount: Int

    /// Reads the header that `bytes` begin with.
    package init(_ bytes: UnsafeRawBufferPointer, path: String) throws(InputError) {
        let header = try NumpyHeader(bytes, path: path)
        (shape, elementType, isFortran) = (header.shape, header.elementType, header.isFortran)
        headerByteCount = header.byteCount
        guard elementType.byteCount(ofShape: shape) != nil else {
            throw InputError(
                path: path, place: "header", expected: "a shape whose size fits 64 bits", found: "\(shape)")
        }
    }
}

/// A small array's numbers as float32 in C order, whatever type and order they are stored in. Reading converts
/// them: `NumpyArray` maps large files, which have to be stored as they are used.
package struct NumpyNumbers {
    /// The sizes of the dimensions, slowest first.
    package let shape: [Int]
    /// In C order. What float32 cannot hold is infinite.
    package let values: [Float]

    /// Reads a whole file, which has to hold exactly the bytes that its shape asks for.
    package init(_ bytes: UnsafeRawBufferPointer, path: String) throws(InputError) {
        let layout = try NumpyLayout(bytes, path: path)
        let data = UnsafeRawBufferPointer(rebasing: bytes[layout.headerByteCount...])
        guard layout.elementType.byteCount(ofShape: layout.shape) == data.count else {
            throw InputError(
                path: path, place: "data",
                expected: "\(layout.elementType) numbers of shape \(layout.shape)", found: "\(data.count) bytes")
        }
        self.init(data, shape: layout.shape, layout.elementType, isFortran: layout.isFortran)
    }

    /// Converts bare elements, whose bytes are known to be as many as the shape asks for.
    init(_ data: UnsafeRawBufferPointer, shape: [Int], _ elementType: ElementType, isFortran: Bool) {
        let values = Self.floats(data, elementType)
        self.shape = shape
        self.values = isFortran ? Self.reordered(values, shape) : values
    }

    private static func floats(_ data: UnsafeRawBufferPointer, _ type: ElementType) -> [Float] {
        func converted<Element: BitwiseCopyable>(_ type: Element.Type, _ convert: (Element) -> Float) -> [Float] {
            (0..<data.count / MemoryLayout<Element>.size).map {
                convert(data.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.size, as: Element.self))
            }
        }
        return switch type {
        case .float16: converted(Float16.self) { Float($0) }
        case .float32:
            [Float](unsafeUninitializedCapacity: data.count / 4) { target, count in
                UnsafeMutableRawBufferPointer(target).copyMemory(from: data)
                count = data.count / 4
            }
        case .float64: converted(Double.self) { Float($0) }
        case .bfloat16: converted(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
        case .int8: converted(Int8.self) { Float($0) }
        case .int16: converted(Int16.self) { Float($0) }
        case .int32: converted(Int32.self) { Float($0) }
        case .int64: converted(Int64.self) { Float($0) }
        case .uint8, .bool: converted(UInt8.self) { Float($0) }
        }
    }

    /// From the order in which the first dimension runs fastest to that in which the last does.
    private static func reordered(_ values: [Float], _ shape: [Int]) -> [Float] {
        let strides = shape.indices.map { shape[..<$0].reduce(1, *) }
        var index = shape.map { _ in 0 }
        var offset = 0
        return values.indices.map { _ in
            defer {
                for axis in shape.indices.reversed() {
                    index[axis] += 1
                    offset += strides[axis]
                    if index[axis] < shape[axis] { break }
                    offset -= shape[axis] * strides[axis]
                    index[axis] = 0
                }
            }
            return values[offset]
        }
    }
}
