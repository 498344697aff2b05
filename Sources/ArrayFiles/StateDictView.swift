/// Where the elements of a tensor are in a file.
struct StateDictView: Sendable {
    let shape: [Int]
    /// Bytes from one index to the next, by dimension.
    let strides: [Int]
    /// The byte of the first element in the file.
    let start: Int
    /// Bytes of one element.
    let width: Int
    /// Bytes of all elements.
    let byteCount: Int

    /// Nil where the view leaves its storage, repeats elements, or has sizes that are negative or fit no 64 bits.
    ///
    /// - Parameters:
    ///   - strides: Elements from one index to the next, by dimension.
    ///   - offset: Elements before the first, from the beginning of `part`.
    ///   - part: The elements of the record that may be looked at; they exist.
    ///   - recordStart: The record's first byte in the file.
    init?(shape: [Int], strides: [Int], offset: Int, in part: Range<Int>, width: Int, recordStart: Int) {
        guard shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 }), (0...part.count).contains(offset) else {
            return nil
        }
        var count = 1
        var last = offset
        if shape.contains(0) {
            count = 0
        } else {
            for (size, stride) in zip(shape, strides) {
                let (product, productOverflows) = count.multipliedReportingOverflow(by: size)
                let (reach, reachOverflows) = (size - 1).multipliedReportingOverflow(by: stride)
                let (sum, sumOverflows) = last.addingReportingOverflow(reach)
                if productOverflows || reachOverflows || sumOverflows { return nil }
                (count, last) = (product, sum)
            }
            // Stretched dimensions could otherwise make a few bytes any number of elements.
            guard last < part.count, count <= part.count else { return nil }
        }
        self.shape = shape
        // Strides of single indices and of empty tensors are never walked and may hold anything.
        self.strides = zip(shape, strides).map { size, stride in size > 1 && count > 0 ? stride * width : 0 }
        self.width = width
        start = recordStart + (part.lowerBound + offset) * width
        byteCount = count * width
    }

    /// Whether the elements stand in C order without gaps.
    var isContiguous: Bool {
        var expected = width
        for (size, stride) in zip(shape, strides).reversed() where size > 1 {
            if stride != expected { return byteCount == 0 }
            expected *= size
        }
        return true
    }

    /// Writes the elements in C order; `target` has room for them.
    func copy(from file: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer) {
        guard let source = file.baseAddress, let target = target.baseAddress, byteCount > 0 else { return }
        var index = [Int](repeating: 0, count: shape.count)
        var position = start
        for written in stride(from: 0, to: byteCount, by: width) {
            (target + written).copyMemory(from: source + position, byteCount: width)
            // The next index, as an odometer counts.
            for dimension in shape.indices.reversed() {
                index[dimension] += 1
                position += strides[dimension]
                if index[dimension] < shape[dimension] { break }
                position -= index[dimension] * strides[dimension]
                index[dimension] = 0
            }
        }
    }
}
